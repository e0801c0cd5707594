"""The timed token game, for one case at a time: each rule of BPMN once, as people read it."""
