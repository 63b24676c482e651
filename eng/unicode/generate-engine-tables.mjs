// Generates the Unicode tables of the engine of tokenizer.json in src/ServerlessInference.Tokenizers/Internal/Unicode/*.g.cs, besides
// those of generate-tables.mjs.
//
// Hugging Face's Rust tokenizer (0.23.2) takes each property from another library, and each library froze another Unicode version:
//   classes of regular expressions    Unicode 16.0.0  (Oniguruma 6.9.10)
//   compatibility decomposition       Unicode 9.0.0   (crate unicode-normalization-alignments 0.1)
//   canonical composition             Unicode 9.0.0   (the same crate)
//   marks that StripAccents removes   Unicode 9.0.0   (the same crate)
//   grapheme clusters                 Unicode 16.0.0  (crate unicode-segmentation 1.12)
//   scripts of UnicodeScripts         Unicode 9.0.0   (a table of the library's own)
// The versions were found by comparing every code point with the Rust tokenizer.
//
// Run:
//   npm install --prefix WORK @unicode/unicode-{9.0.0,16.0.0}@2.0.7
//   (cd WORK && apt-get download unicode-data && dpkg -x unicode-data_*.deb .)      # 15.0.0-1
//   node eng/unicode/generate-engine-tables.mjs WORK/node_modules WORK/usr/share/unicode src/ServerlessInference.Tokenizers/Internal/Unicode
//
// Mappings of 9.0.0 are those of 15.0.0 for the characters that existed in 9.0.0: Unicode's stability policy never changes them.
import fs from 'node:fs';
import path from 'node:path';
import { twoStage, literal, member, writer } from './tables.mjs';

const [modules, ucd, target] = process.argv.slice(2);
if (!target) {
  console.error('usage: node generate-engine-tables.mjs NODE_MODULES UCD_FOLDER OUTPUT_FOLDER');
  process.exit(2);
}

const folder = version => path.resolve(modules, `@unicode/unicode-${version}`);
const load = async (version, name) => (await import(path.join(folder(version), name, 'code-points.mjs'))).default;
const children = (version, name) => fs.readdirSync(path.join(folder(version), name), { withFileTypes: true })
  .filter(entry => entry.isDirectory()).map(entry => entry.name).sort();
const Limit = 0x110000;

// --- writing -----------------------------------------------------------------------------------------------------------------
const write = writer('generate-engine-tables.mjs', target);

const stages = (values, shift, type, what) => {
  const t = twoStage(values, shift);
  return [
    member(t.firstType, 'First', `The block of each ${1 << shift} code points; past the end, the last one.`, t.first),
    member(type, 'Second', `The blocks: ${what}.`, t.second)];
};

// --- general categories --------------------------------------------------------------------------------------------------------
const categories = ['Unassigned', 'Uppercase_Letter', 'Lowercase_Letter', 'Titlecase_Letter', 'Modifier_Letter', 'Other_Letter',
  'Nonspacing_Mark', 'Spacing_Mark', 'Enclosing_Mark', 'Decimal_Number', 'Letter_Number', 'Other_Number', 'Connector_Punctuation',
  'Dash_Punctuation', 'Open_Punctuation', 'Close_Punctuation', 'Initial_Punctuation', 'Final_Punctuation', 'Other_Punctuation',
  'Math_Symbol', 'Currency_Symbol', 'Modifier_Symbol', 'Other_Symbol', 'Space_Separator', 'Line_Separator', 'Paragraph_Separator',
  'Control', 'Format', 'Surrogate', 'Private_Use'];
const category = new Uint8Array(Limit);
for (const [i, name] of categories.entries()) if (i > 0) for (const c of await load('16.0.0', `General_Category/${name}`)) category[c] = i;
for (const [name, flag] of [['Alphabetic', 32], ['Uppercase', 64], ['Lowercase', 128]])
  for (const c of await load('16.0.0', `Binary_Property/${name}`)) category[c] |= flag;
write('CategoryTable', 'General category of every code point (5 bits), and whether it is alphabetic, upper case or lower case.',
  stages(category, 7, 'byte', 'category | 32 alphabetic | 64 upper case | 128 lower case'));

// --- scripts ---------------------------------------------------------------------------------------------------------------------
const scripts = children('16.0.0', 'Script').filter(name => name !== 'Unknown');
const script = new Uint8Array(Limit);
for (const [i, name] of scripts.entries()) for (const c of await load('16.0.0', `Script/${name}`)) script[c] = i + 1;
if (scripts.length > 254) throw new Error('too many scripts');
write('ScriptTable', 'Script of every code point.', [
  ...stages(script, 7, 'byte', 'the index of the script in Names, plus 1; 0 is none'),
  `    /// <summary>The names of the scripts.</summary>
    internal static string[] Names { get; } =
    [
${literal(scripts.map(name => `"${name}"`))}
    ];
`]);

const old = new Uint8Array(Limit);
for (const [i, name] of children('9.0.0', 'Script').filter(n => n !== 'Unknown').entries())
  for (const c of await load('9.0.0', `Script/${name}`)) old[c] = i + 1;
const han = old[0x4e00], kana = [old[0x3042], old[0x30a2]];
for (let c = 0; c < Limit; c++) if (c === 0x30fc || kana.includes(old[c])) old[c] = han;
old[0x20] = 0;
write('ScriptRunTable', 'Script of every code point as the pre-tokenizer UnicodeScripts sees it.',
  stages(old, 7, 'byte', 'a number per script; kana count as Han; 0 is none, as for the space'));

// --- decomposition and composition -----------------------------------------------------------------------------------------------
const unassigned = new Set(await load('9.0.0', 'General_Category/Unassigned'));
const canonical = new Map(), compatible = new Map(), classes = new Map();
for (const line of fs.readFileSync(path.join(ucd, 'UnicodeData.txt'), 'utf8').split('\n')) {
  const field = line.split(';');
  if (field.length < 6) continue;
  const c = parseInt(field[0], 16);
  if (unassigned.has(c)) continue;
  if (field[3] !== '0') classes.set(c, Number(field[3]));
  if (!field[5]) continue;
  const to = field[5].replace(/^<[^>]*> /, '').split(' ').map(x => parseInt(x, 16));
  compatible.set(c, to);
  if (field[5][0] !== '<') canonical.set(c, to);
}
const expand = (map, c) => map.has(c) ? map.get(c).flatMap(x => expand(map, x)) : [c];
const pool = [0], index = new Uint16Array(Limit);
for (const c of [...compatible.keys()].sort((a, b) => a - b)) {
  const full = expand(compatible, c);
  if (full.join() === expand(canonical, c).join()) continue;
  const units = String.fromCodePoint(...full);
  index[c] = pool.length;
  pool.push(units.length, ...Array.from({ length: units.length }, (_, i) => units.charCodeAt(i)));
}
if (pool.length > 65535) throw new Error('the pool is too large');
write('CompatibilityTable', 'Full compatibility decompositions, where they differ from the canonical ones.', [
  ...stages(index, 6, 'ushort', 'where in the pool a decomposition starts; 0 is none'),
  member('ushort', 'Pool', 'Length in UTF-16 units, then the units.', pool)]);

const excluded = new Set(await load('9.0.0', 'Binary_Property/Full_Composition_Exclusion'));
const pairs = [...canonical].filter(([c, to]) => to.length === 2 && !excluded.has(c))
  .map(([c, [a, b]]) => ({ key: BigInt(a) << 21n | BigInt(b), c })).sort((x, y) => (x.key < y.key ? -1 : 1));
write('CompositionTable', 'Canonical composition of two code points, without Hangul.', [
  member('ulong', 'Keys', 'First code point &lt;&lt; 21 | second, in ascending order.', pairs.map(p => p.key)),
  member('int', 'Values', 'The composed code points.', pairs.map(p => p.c))]);

const marks = new Set(await load('9.0.0', 'General_Category/Mark'));
const bounds = [];
for (const c of [...marks].sort((a, b) => a - b)) {
  if (!marks.has(c - 1)) bounds.push(c);
  if (!marks.has(c + 1)) bounds.push(c + 1);
}
write('MarkTable', 'Combining marks (general category M).', [
  member('int', 'Bounds', 'Where marks start and end, in turn, in ascending order.', bounds)]);

// --- grapheme clusters -------------------------------------------------------------------------------------------------------------
const breaks = ['Other', 'CR', 'LF', 'Control', 'Extend', 'ZWJ', 'Regional_Indicator', 'Prepend', 'SpacingMark', 'L', 'V', 'T', 'LV', 'LVT'];
const grapheme = new Uint8Array(Limit);
for (const [i, name] of breaks.entries()) if (i > 0) for (const c of await load('16.0.0', `Grapheme_Cluster_Break/${name}`)) grapheme[c] = i;
for (const c of await load('16.0.0', 'Binary_Property/Extended_Pictographic')) grapheme[c] |= 16;
write('GraphemeTable', 'Grapheme cluster break property of every code point.',
  stages(grapheme, 7, 'byte', 'a value of GraphemeBreak | 16 if the code point is an extended pictograph'));

// --- case folding --------------------------------------------------------------------------------------------------------------------
const foldings = [];
for (const kind of ['C', 'S']) for (const [c, to] of await load('16.0.0', `Case_Folding/${kind}`)) foldings.push([c, to]);
foldings.sort((a, b) => a[0] - b[0]);
const full = [...await load('16.0.0', 'Case_Folding/F')].sort((a, b) => a[0] - b[0]);
write('FoldTable', 'Case folding.', [
  member('int', 'Keys', 'Code points with another simple case folding, in ascending order.', foldings.map(f => f[0])),
  member('int', 'Values', 'Their simple case foldings.', foldings.map(f => f[1])),
  member('int', 'Full', 'Full case foldings: code point, three code points of its folding (0 where there are fewer).',
    full.flatMap(([c, to]) => [c, to[0], to[1], to[2] ?? 0]))]);
