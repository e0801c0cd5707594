// Opens BPMN files in the real bpmn-js modeller and tells what came of it.
//
//   node bench.mjs JOBS.json
//
// JOBS.json is a list of jobs, worked off in order, so a later job can read what an earlier
// one saved. README.md describes a job's fields and the answer: one JSON line per job.

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { chromium } from 'playwright-core';

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

const CHROMIUM_ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Where a part of a job that hangs is given up; a field `timeout` (milliseconds) overrides it.
const JOB_TIMEOUT = 60_000;

// How long a browser with a hanging page may take to close.
const CLOSE_TIMEOUT = 5_000;

// Pictures are drawn at twice the diagram's size, so that bpmn-js's 12 px labels read well.
const PICTURE_SCALE = 2;

// Chromium draws nothing beyond a texture's edge length: a huge diagram is scaled down to fit.
const PICTURE_MAX_EDGE = 16_000;

// The bounding box of a drawing leaves out half the width of its lines.
const PICTURE_MARGIN = 16;

const require = createRequire(import.meta.url);

// The modellers a job can ask for: plain bpmn-js, and the two that Camunda Modeler is made of.
const MODELLERS = {
  'bpmn-js': {
    name: 'BpmnJS',
    // The development build: its errors say what is wrong, the minified one's do not.
    script: 'bpmn-js/dist/bpmn-modeler.development.js',
    styles: ['bpmn-js/dist/assets/diagram-js.css', 'bpmn-js/dist/assets/bpmn-js.css'],
  },
  'camunda-7': {
    name: 'BpmnModeler',
    script: 'camunda-bpmn-js/dist/camunda-platform-modeler.development.js',
    styles: ['camunda-bpmn-js/dist/assets/camunda-platform-modeler.css'],
    rules: 'plugin:camunda-compat/camunda-platform-7-24',
    words: { camunda: 'camunda-bpmn-moddle/resources/camunda.json' },
  },
  'camunda-8': {
    name: 'BpmnModeler',
    script: 'camunda-bpmn-js/dist/camunda-cloud-modeler.development.js',
    styles: ['camunda-bpmn-js/dist/assets/camunda-cloud-modeler.css'],
    rules: 'plugin:camunda-compat/camunda-cloud-8-8',
    words: { zeebe: 'zeebe-bpmn-moddle/resources/zeebe.json' },
  },
};

function chromiumPath() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = CHROMIUM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const path = process.env.CJBPMN_CHROMIUM || found.find((candidate) => existsSync(candidate));
  if (!path) {
    throw new Error('no Chromium found: install it, or name it in CJBPMN_CHROMIUM');
  }
  return path;
}

// A part of a job that took too long: the bench stopped it, and goes on with the next job.
class GivenUp extends Error {}

// The browser with a page for each modeller that is asked for and one for the pictures, and the
// thread of bpmnlint. All start when they are first needed.
class Bench {
  constructor() {
    this.troubles = [];
    this.modellerPages = new Map();
  }

  async newPage(options) {
    this.browser ??= await chromium.launch({
      executablePath: chromiumPath(),
      args: CHROMIUM_ARGS,
    });
    return this.browser.newPage(options);
  }

  async page(modeller) {
    if (!this.modellerPages.has(modeller)) {
      const page = await this.newPage({ viewport: { width: 1600, height: 1000 } });
      this.modellerPages.set(modeller, page);
      await this.load(page, MODELLERS[modeller]);
    }
    return this.modellerPages.get(modeller);
  }

  async load(page, { script, styles }) {
    page.on('pageerror', (error) => this.troubles.push(error.message));
    page.on('console', (message) => {
      // Without the stack: it tells of bpmn-js's inside and of this machine's folders.
      if (message.type() === 'error') this.troubles.push(message.text().split('\n')[0]);
    });
    await page.setContent('<!doctype html><div id="canvas" style="width:100vw;height:100vh">');
    for (const style of styles) await page.addStyleTag({ path: require.resolve(style) });
    await page.addScriptTag({ path: require.resolve(script) });
  }

  // After a crash or a hang nothing old can be trusted, and a page that hangs keeps a processor
  // busy: the next job gets a new browser. A hanging page may never answer, so nobody waits long.
  async stop() {
    const { browser, linter } = this;
    this.modellerPages.clear();
    this.browser = this.picturePage = this.linter = undefined;
    if (browser) await within(CLOSE_TIMEOUT, browser.close()).catch(() => {});
    await linter?.terminate();
  }

  async lint(milliseconds, xml, { rules = [], words = {} }) {
    this.linter ??= new Worker(new URL('lint.mjs', import.meta.url));
    const told = once(this.linter, 'message');
    this.linter.postMessage({ xml, rules, words });
    const [{ findings, error }] = await within(milliseconds, told, 'bpmnlint');
    if (error) throw new Error(error);
    return findings;
  }

  async picture(svg, path) {
    this.picturePage ??= await this.newPage();
    const { markup, width, height } = framed(svg);
    await this.picturePage.setViewportSize({ width, height });
    await this.picturePage.setContent(
      `<!doctype html><style>body{margin:0;background:#fff}svg{display:block}</style>${markup}`,
    );
    await this.picturePage.screenshot({ path, type: 'png' });
  }
}

// The drawing with a margin all around, in the pixel size it is to be painted in.
function framed(svg) {
  const box = /viewBox="([^"]+)"/.exec(svg)[1].split(' ').map(Number);
  if (!box.every(Number.isFinite)) throw new Error(`nothing to draw: viewBox "${box.join(' ')}"`);
  const [left, top] = [box[0] - PICTURE_MARGIN, box[1] - PICTURE_MARGIN];
  const [wide, high] = [box[2] + 2 * PICTURE_MARGIN, box[3] + 2 * PICTURE_MARGIN];
  const scale = Math.min(PICTURE_SCALE, PICTURE_MAX_EDGE / Math.max(wide, high));
  const [width, height] = [Math.ceil(wide * scale), Math.ceil(high * scale)];
  const markup = svg
    .slice(svg.indexOf('<svg'))
    .replace(/^<svg[^>]*>/, (tag) =>
      tag
        .replace(/ width="[^"]*"/, ` width="${width}"`)
        .replace(/ height="[^"]*"/, ` height="${height}"`)
        .replace(/ viewBox="[^"]*"/, ` viewBox="${left} ${top} ${wide} ${high}"`),
    );
  return { markup, width, height };
}

// Runs inside the page. An error of bpmn-js is an answer; only a broken page makes this throw.
/* global document, globalThis */
async function inPage({ xml, wants }) {
  const answer = { ok: false, error: null, warnings: [], drawn: {}, ids: [], hidden: [], texts: [] };
  const options = { container: '#canvas' };
  if (wants.descriptor) options.moddleExtensions = { cj: wants.descriptor };
  const modeler = new globalThis[wants.name](options);

  const read = () => {
    const registry = modeler.get('elementRegistry');
    const roots = modeler.get('canvas').getRootElements();
    answer.planes = roots.map((root) => root.id);
    // bpmn-js adds a diagram without an id for every collapsed sub-process that has none.
    const diagrams = modeler.getDefinitions().get('diagrams');
    answer.diagrams = diagrams.map((diagram) => diagram.id).filter(Boolean);
    registry.filter((element) => !roots.includes(element)).forEach(note);
  };

  // An element counts as drawn when the renderer left something to see.
  const note = (element) => {
    const graphics = modeler.get('elementRegistry').getGraphics(element);
    const seen = graphics?.querySelector('.djs-visual')?.childElementCount > 0;
    const isLabel = Boolean(element.labelTarget);
    if (element.hidden || !seen) {
      if (!isLabel) answer.hidden.push(element.businessObject.id);
      return;
    }
    const type = isLabel ? 'label' : element.businessObject.$type;
    answer.drawn[type] = (answer.drawn[type] ?? 0) + 1;
    if (!isLabel) answer.ids.push(element.businessObject.id);
    // Where the words stand as they are really drawn, in the coordinates of the diagram.
    const words = wants.texts && graphics.querySelector('.djs-visual text');
    if (words) {
      const { x, y, width, height } = words.getBBox();
      const left = element.waypoints ? 0 : element.x;
      const top = element.waypoints ? 0 : element.y;
      const id = element.businessObject.id;
      answer.texts.push({ id, x: left + x, y: top + y, width, height });
    }
  };

  // A collapsed sub-process has a plane of its own: every plane with content is a picture.
  const drawings = async () => {
    const canvas = modeler.get('canvas');
    const found = [];
    for (const root of canvas.getRootElements().filter((plane) => plane.children.length)) {
      canvas.setRootElement(root);
      found.push({ plane: root.id, ...(await modeler.saveSVG()) });
    }
    return found;
  };

  // What people do with the mouse, done through the same services.
  const doings = {
    move: ({ id, x = 0, y = 0 }) => {
      modeler.get('modeling').moveElements([element(id)], { x, y });
    },
    rename: ({ id, name }) => modeler.get('modeling').updateLabel(element(id), name),
    type: ({ id, type }) => modeler.get('bpmnReplace').replaceElement(element(id), { type }),
    reconnect: ({ id, to }) => {
      const target = element(to);
      const { x, y, width, height } = target;
      const point = { x: x + width / 2, y: y + height / 2 };
      modeler.get('modeling').reconnectEnd(element(id), target, point);
    },
    copy: ({ ids, to, x, y }) => {
      modeler.get('copyPaste').copy(ids.map(element));
      modeler.get('copyPaste').paste({ element: element(to), point: { x, y } });
    },
    delete: ({ ids }) => modeler.get('modeling').removeElements(ids.map(element)),
    undo: () => modeler.get('commandStack').undo(),
  };
  const element = (id) => {
    const found = modeler.get('elementRegistry').get(id);
    if (!found) throw new Error(`nothing drawn has the id ${id}`);
    return found;
  };

  try {
    const { warnings } = await modeler.importXML(xml, wants.diagram);
    answer.warnings = warnings.map((warning) => warning.message);
    read();
    for (const edit of wants.edits) doings[edit.do](edit);
    if (wants.png) answer.svgs = await drawings();
    if (wants.save) answer.xml = (await modeler.saveXML({ format: true })).xml;
    answer.ok = true;
  } catch (error) {
    answer.error = error.message;
    answer.warnings = (error.warnings ?? []).map((warning) => warning.message);
  }
  modeler.destroy();
  document.querySelector('#canvas').replaceChildren();
  return answer;
}

function within(milliseconds, promise, who = 'the modeller') {
  let timer;
  const late = new Promise((_, reject) => {
    const tell = () => reject(new GivenUp(`${who} gave no answer in ${milliseconds} ms`));
    timer = setTimeout(tell, milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function opened(bench, xml, job) {
  const modeller = job.modeller ?? 'bpmn-js';
  const page = await bench.page(modeller);
  const wants = {
    name: MODELLERS[modeller].name,
    png: Boolean(job.png),
    save: Boolean(job.save),
    texts: Boolean(job.texts),
    diagram: job.diagram,
    edits: job.edits ?? [],
    descriptor: job.descriptor ? JSON.parse(await readFile(job.descriptor, 'utf8')) : null,
  };
  return within(job.timeout ?? JOB_TIMEOUT, page.evaluate(inPage, { xml, wants }));
}

// The first plane takes the name asked for; the others add their id to it.
async function paint(bench, svgs, png) {
  const painted = [];
  for (const [index, { plane, svg }] of svgs.entries()) {
    const path = index ? png.replace(/(\.png)?$/, `.${plane}.png`) : png;
    await bench.picture(svg, path);
    painted.push(path);
  }
  return painted;
}

async function work(bench, job, answer) {
  // Always UTF-8 and without a byte order mark, as a browser reads a file it is given.
  const xml = new TextDecoder('utf-8').decode(await readFile(job.file));
  const { xml: saved, svgs, ...told } = await opened(bench, xml, job);
  Object.assign(answer, told);
  if (saved) await writeFile(job.save, saved);
  if (svgs) answer.pngs = await paint(bench, svgs, job.png);
  const checked = job.lint === 'saved' ? (saved ?? xml) : xml;
  if (job.lint) {
    const modeller = MODELLERS[job.modeller ?? 'bpmn-js'];
    answer.lint = await bench.lint(job.timeout ?? JOB_TIMEOUT, checked, modeller);
  }
}

async function result(bench, job) {
  const answer = { file: job.file, ok: false, error: null, warnings: [], drawn: {} };
  const start = performance.now();
  bench.troubles = [];
  try {
    await work(bench, job, answer);
  } catch (error) {
    await bench.stop();
    const givenUp = error instanceof GivenUp;
    Object.assign(answer, { ok: false, error: error.message, given_up: givenUp });
  }
  return { ...answer, console: bench.troubles, ms: Math.round(performance.now() - start) };
}

async function main([jobsFile]) {
  if (!jobsFile) throw new Error('usage: node bench.mjs JOBS.json');
  const jobs = JSON.parse(await readFile(jobsFile, 'utf8'));
  const bench = new Bench();
  try {
    for (const job of jobs) console.log(JSON.stringify(await result(bench, job)));
  } finally {
    await bench.stop();
  }
}

await main(process.argv.slice(2));
