// Reads extension elements with bpmn-moddle and our descriptor, and writes them again.
//
//   node moddle.mjs DESCRIPTOR.json < SAMPLES.json
//
// SAMPLES.json holds a BPMN document for each tag; the answer tells, for each of them, what was
// warned of, of which type the first extension element is, and the document as it is written.

import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { BpmnModdle } from 'bpmn-moddle';

const descriptor = JSON.parse(await readFile(process.argv[2], 'utf-8'));
const samples = JSON.parse(await text(process.stdin));
const moddle = new BpmnModdle({ cj: descriptor });
const answers = {};

for (const [tag, document] of Object.entries(samples)) {
  const { rootElement, warnings } = await moddle.fromXML(document);
  const [element] = rootElement.rootElements[0].extensionElements.values;
  const { xml } = await moddle.toXML(rootElement);
  answers[tag] = {
    warnings: warnings.map((warning) => warning.message),
    type: element.$type,
    written: xml,
  };
}
process.stdout.write(JSON.stringify(answers));
