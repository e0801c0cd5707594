// Runs bpmnlint in a thread of its own: on some models a rule does not come to an end, and only
// a thread can be stopped from the outside.

import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { BpmnModdle } from 'bpmn-moddle';
import { Linter } from 'bpmnlint';
import NodeResolver from 'bpmnlint/lib/resolver/node-resolver.js';

const require = createRequire(import.meta.url);

parentPort.on('message', async ({ xml, rules, words }) => {
  try {
    parentPort.postMessage({ findings: await linted(xml, rules, words) });
  } catch (error) {
    parentPort.postMessage({ error: error.message });
  }
});

async function linted(xml, rules, words) {
  const known = Object.entries(words).map(([prefix, file]) => [prefix, require(file)]);
  const { rootElement } = await new BpmnModdle(Object.fromEntries(known)).fromXML(xml);
  const linter = new Linter({
    config: { extends: ['bpmnlint:recommended'].concat(rules) },
    resolver: new NodeResolver({ require }),
  });
  const findings = Object.entries(await linter.lint(rootElement));
  return findings.flatMap(([rule, reports]) =>
    reports.map(({ id, message }) => `${rule}: ${id ?? '-'}: ${message}`),
  );
}
