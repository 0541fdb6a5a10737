/**
 * Renders resources/icon.svg (and the one for small sizes) into the formats that installers want. Run it after the
 * drawing changed: `node scripts/make-icons.mjs`. .ico and .icns are containers that may hold PNGs as they are.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { findChromium } from './lib/chromium.mjs';
import { fail, inRoot, prepare } from './lib/project.mjs';

/** macOS keeps this share of the square free around an app's tile. */
const macMargin = 100 / 1024;
const icnsTypes = {
  16: 'icp4',
  32: ['icp5', 'ic11'],
  64: 'ic12',
  128: 'ic07',
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: 'ic10',
};
const icoSizes = [16, 24, 32, 48, 64, 128, 256];
const linuxSizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];

await prepare();
const { chromium } = await import('@playwright/test');
const executablePath = findChromium() ?? fail('Chromium is needed. Install it, or set LATCHKEY_CHROMIUM.');
const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
const page = await browser.newPage({ deviceScaleFactor: 1 });

async function render(size, margin = 0) {
  const svg = readFileSync(inRoot('resources', size <= 24 ? 'icon-small.svg' : 'icon.svg'), 'utf8');
  const inset = Math.round(size * margin);
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>*{margin:0}svg{display:block;position:absolute;inset:${inset}px;width:${size - 2 * inset}px}</style>${svg}`,
  );
  return page.screenshot({ omitBackground: true });
}

/** An entry of 16 bytes for each picture, and then the pictures. */
function ico(pictures) {
  const header = Buffer.alloc(6 + 16 * pictures.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  for (const [index, { size, png }] of pictures.entries()) {
    const at = 6 + 16 * index;
    // One byte each, in which 256 is written as 0.
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

/** Chunks of a four-letter type, a length that counts its own header, and a picture. */
function icns(chunks) {
  const encoded = chunks.map(({ type, png }) => chunk(type, png));
  return chunk('icns', Buffer.concat(encoded));
}

function chunk(type, content) {
  const header = Buffer.alloc(8);
  header.write(type, 0, 'latin1');
  header.writeUInt32BE(8 + content.length, 4);
  return Buffer.concat([header, content]);
}

mkdirSync(inRoot('resources/icons'), { recursive: true });
const plain = new Map();
for (const size of linuxSizes) {
  plain.set(size, await render(size));
  if (size <= 512) writeFileSync(inRoot(`resources/icons/${size}x${size}.png`), plain.get(size));
}
writeFileSync(inRoot('resources/icon.png'), plain.get(1024));
writeFileSync(inRoot('resources/icon.ico'), ico(icoSizes.map((size) => ({ size, png: plain.get(size) }))));

const macChunks = [];
for (const [size, types] of Object.entries(icnsTypes)) {
  // A margin at 16 and 32 pixels would leave no key to be seen.
  const png = await render(Number(size), Number(size) < 64 ? 0 : macMargin);
  for (const type of [types].flat()) macChunks.push({ type, png });
}
writeFileSync(inRoot('resources/icon.icns'), icns(macChunks));
await browser.close();
