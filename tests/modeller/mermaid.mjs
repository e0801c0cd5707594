// Draws Mermaid diagrams with the real Mermaid in a real browser and tells what came of it.
//
//   node mermaid.mjs DIAGRAMS.json
//
// DIAGRAMS.json is a list of texts. The answer is one line of JSON for each: `title`, `tasks`
// as Mermaid understood them, `shown` as a reader sees them in the drawing; or `error`.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'];

const require = createRequire(import.meta.url);
const diagrams = JSON.parse(await readFile(process.argv[2], 'utf8'));
const browser = await chromium.launch({
  executablePath: process.env.CJBPMN_CHROMIUM,
  args: ARGUMENTS,
});
try {
  const page = await browser.newPage();
  await page.setContent('<!doctype html><div id="place"></div>');
  await page.addScriptTag({ path: require.resolve('mermaid/dist/mermaid.min.js') });
  for (const diagram of diagrams) {
    console.log(JSON.stringify(await page.evaluate(draw, diagram)));
  }
} finally {
  await browser.close();
}

async function draw(text) {
  /* global document, mermaid */
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
  try {
    const understood = await mermaid.mermaidAPI.getDiagramFromText(text);
    const title = understood.db.getDiagramTitle();
    const tasks = understood.db.getTasks().map(({ section, task, score, people }) => ({
      section,
      task,
      score,
      people,
    }));
    const { svg } = await mermaid.render('drawing', text);
    const place = document.getElementById('place');
    place.innerHTML = svg;
    // Scripts and handlers in a drawing would be a hole; only its texts are wanted.
    const active = place.querySelectorAll('script, a, img, iframe, [onclick], [onerror]').length;
    const shown = [...place.querySelectorAll('text, foreignObject div.label')].map((one) =>
      one.textContent.trim(),
    );
    place.innerHTML = '';
    return { title, tasks, shown, active };
  } catch (error) {
    return { error: String(error) };
  }
}
