// Writes what Hugging Face's Rust tokenizer makes of very many texts, for RustComparisonTests to compare with.
//
//   npm install --prefix WORK tokenizers@0.23.2
//   node eng/unicode/compare-with-rust.mjs WORK/node_modules UNCASED_TOKENIZER_JSON OUTPUT_FOLDER [SEED] [RANDOM_TEXTS]
//   SERVERLESS_INFERENCE_RUST_ENCODINGS=OUTPUT_FOLDER dotnet run --project tests/ServerlessInference.Parity.Tests
//
// Texts: every code point between two letters, and random mixtures of letters, accents, combining runs, spaces, punctuation,
// ideographs, lone surrogates and added tokens, under several settings of the tokenizer.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [modules, base, target, seedText = '1', countText = '4000'] = process.argv.slice(2);
const { Tokenizer } = createRequire(path.resolve(modules, 'x.js'))('tokenizers');
fs.mkdirSync(target, { recursive: true });

let seed = Number(seedText) >>> 0;
const random = n => { seed = (seed + 0x6d2b79f5) >>> 0; let t = seed; t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61); return ((t ^ (t >>> 14)) >>> 0) % n; };
const pick = a => a[random(a.length)];

const original = JSON.parse(fs.readFileSync(base, 'utf8'));
original.truncation = null;
original.padding = null;
const characters = () => { // a vocabulary of single characters, so that every character's offset shows
  const all = new Set();
  for (let c = 0x21; c < 0x2000; c++) for (const form of [String.fromCodePoint(c), String.fromCodePoint(c).normalize('NFD'),
    String.fromCodePoint(c).toLowerCase()]) for (const x of form) all.add(x);
  for (const [from, to] of [[0x2100, 0x2200], [0x3000, 0x3100], [0x4e00, 0x4e20], [0xac00, 0xac80], [0x1d150, 0x1d1b0],
    [0x1e000, 0x1e02b], [0x1e940, 0x1e94b], [0x11c30, 0x11c40], [0x10400, 0x10450]]) for (let c = from; c < to; c++) all.add(String.fromCodePoint(c));
  const vocab = { '[PAD]': 0, '[UNK]': 1, '[CLS]': 2, '[SEP]': 3, '[MASK]': 4 };
  let id = 5;
  for (const x of all) { vocab[x] = id++; vocab['##' + x] = id++; }
  return vocab;
};
const special = vocab => ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map(content =>
  ({ id: vocab[content], content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }));
const charVocab = characters();
function variant(name, { normalizer = {}, model = {}, added = [], single = false } = {}) {
  const t = structuredClone(original);
  if (single) { t.model.vocab = charVocab; t.added_tokens = special(charVocab); t.post_processor = { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] }; }
  Object.assign(t.normalizer, normalizer);
  Object.assign(t.model, model);
  let id = Math.max(...Object.values(t.model.vocab)) + 1;
  for (const token of added) t.added_tokens.push({ id: id++, single_word: false, lstrip: false, rstrip: false, normalized: true, special: false, ...token });
  const text = JSON.stringify(t);
  fs.writeFileSync(path.join(target, `${name}.tokenizer.json`), text);
  return { name, tokenizer: Tokenizer.fromString(text) };
}
const added = [
  { content: 'newtoken' }, { content: 'Straße' }, { content: 'café', normalized: false }, { content: '<l>', lstrip: true, normalized: false },
  { content: '<r>', rstrip: true, normalized: false }, { content: '<b>', lstrip: true, rstrip: true, normalized: true },
  { content: 'word', single_word: true }, { content: 'raw', single_word: true, normalized: false }, { content: 'wordy', normalized: true },
  { content: '[MASK]!', normalized: false }, { content: '中文' }, { content: 'a b' }];
const variants = [
  variant('uncased'), variant('cased', { normalizer: { lowercase: false } }),
  variant('chars', { single: true }), variant('chars-cased', { single: true, normalizer: { lowercase: false } }),
  variant('chars-accents', { single: true, normalizer: { strip_accents: false } }),
  variant('chars-strip-cased', { single: true, normalizer: { lowercase: false, strip_accents: true } }),
  variant('chars-unclean', { single: true, normalizer: { clean_text: false } }),
  variant('chars-no-ideographs', { single: true, normalizer: { handle_chinese_chars: false } }),
  variant('added', { added }), variant('added-cased', { added, normalizer: { lowercase: false } }),
  variant('short-words', { model: { max_input_chars_per_word: 6 } })];

const points = [];
for (let c = 0; c < 0x110000; c++) {
  if (c >= 0xd800 && c < 0xe000) continue;
  if (c < 0x3400 || (c >= 0x9f00 && c < 0xac40) || (c >= 0xd780 && c < 0x20010) || (c & 0xff) === 0) points.push(c);
}
const marks = [0x300, 0x301, 0x316, 0x323, 0x327, 0x334, 0x345, 0x5b0, 0x302e, 0x302f, 0x1d165, 0x1d16d, 0x1e000, 0x1e02a, 0x1e944, 0x11c3f,
  0x344, 0xf73, 0x1baa, 0x8d4, 0x1dfb, 0x3099, 0x488];
const pieces = [
  () => pick(['the', 'quick', 'Brown', 'unaffable', 'TOKENIZATION', 'internationalization', 'a', 'I', 'word', 'wordy', 'raw', 'newtoken', 'NEWTOKEN', 'Straße', 'STRASSE', 'café', 'CAFÉ', 'naïve']),
  () => pick([' ', ' ', ' ', '  ', '\t', '\n', '\r\n', '\u00a0', '\u3000', '\u2028', '\u2009', '\u0085', '\u000b']),
  () => pick([...'.,!?;:\'"()-_[]{}#$%&*+/<=>@\\^`|~', '…', '“', '”', '—', '¿', '。', '、', '·', '⁓', '\u166d', '⹃']),
  () => pick(['[MASK]', '[SEP]', '[CLS]', '[UNK]', '[MASK]!', '<l>', '<r>', '<b>', '[mask]', '##ing', 'a b']),
  () => pick(['中文', '漢', '日本語テスト', '한국어', 'ᄒ', 'がぎ', 'ไทย', 'العربية', 'हिन्दी', '豈', '𠀀', '🙂', '👨‍👩‍👧']),
  () => pick(['é', 'É', 'ü', 'ñ', 'ẞ', 'ß', 'İ', 'ı', 'Σ', 'ς', 'ΑΣ', 'ﬁ', 'Å', 'Ω', 'K', 'ǅ', 'ộ', 'Ộ', 'ṩ', 'ά', '½']),
  () => { let s = ''; for (let n = random(5); n >= 0; n--) s += String.fromCodePoint(pick(marks)); return s; },
  () => pick(['\u0000', '\u0007', '\u200b', '\u200d', '\ufeff', '\u00ad', '\ufffd', '\ue000', '\u061c']),
  () => pick(['\ud800', '\udc00', '\udbff', '\udfff']),
  () => String.fromCodePoint(pick(points)),
  () => 'x'.repeat(90 + random(20)),
  () => String(random(100000)),
];
function text() {
  let s = '';
  const kinds = [0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 11].concat(random(8) === 0 ? [10] : []);
  for (let n = random(24); n >= 0; n--) s += pieces[pick(kinds)]();
  return s;
}

// Offsets count code points of what the tokenizer saw, in which a lone surrogate is one U+FFFD.
function units(s) {
  const at = [0];
  for (const c of s) at.push(at.at(-1) + c.length);
  return at;
}
async function line(tokenizer, s, pair) {
  const e = await tokenizer.encode(s, pair ?? null);
  const [first, second] = [units(s), pair === undefined ? [] : units(pair)], types = e.getTypeIds();
  return JSON.stringify({ text: [...Array(s.length)].map((_, i) => s.charCodeAt(i)),
    pair: pair === undefined ? undefined : [...Array(pair.length)].map((_, i) => pair.charCodeAt(i)),
    ids: e.getIds(), words: e.getWordIds().map(w => w ?? -1),
    offsets: e.getOffsets().flatMap(([a, b], i) => { const u = types[i] === 1 && e.getSpecialTokensMask()[i] === 0 ? second : first; return [u[a], u[b]]; }) });
}

// Truncation and windows: what is kept, then the overflowing parts.
async function windows(tokenizer) {
  const max = 6 + random(30), pair = random(2) ? text() : undefined, s = text();
  const strategy = pick(pair === undefined ? ['LongestFirst', 'OnlyFirst'] : ['LongestFirst', 'OnlyFirst', 'OnlySecond']);
  // Rust ends the process where a stride does not fit the room that is left, so it must not come to that.
  const stride = pair === undefined || strategy === 'LongestFirst' ? random(Math.max(1, max >> 2)) : 0;
  const direction = pick(['Right', 'Right', 'Left']);
  tokenizer.setTruncation(max, { strategy, stride, direction: direction.toLowerCase() });
  const head = { text: [...Array(s.length)].map((_, i) => s.charCodeAt(i)),
    pair: pair === undefined ? undefined : [...Array(pair.length)].map((_, i) => pair.charCodeAt(i)), max, stride, strategy, direction };
  try {
    const e = await tokenizer.encode(s, pair ?? null);
    const flat = x => ({ ids: x.getIds(), types: x.getTypeIds(), mask: x.getSpecialTokensMask() });
    return JSON.stringify({ ...head, windows: [e, ...e.getOverflowing()].map(flat) });
  } catch (error) {
    return JSON.stringify({ ...head, error: String(error.message ?? error) });
  } finally {
    tokenizer.disableTruncation();
  }
}
const truncated = [];
for (let i = 0; i < Number(countText); i++) truncated.push(await windows(variants[0].tokenizer));
fs.writeFileSync(path.join(target, 'uncased.windows.jsonl'), truncated.join('\n'));

for (const { name, tokenizer } of variants) {
  const lines = [];
  if (['uncased', 'cased', 'chars-accents', 'chars-unclean'].includes(name))
    for (let i = 0; i < points.length; i += 32)
      lines.push(await line(tokenizer, points.slice(i, i + 32).map(c => `a${String.fromCodePoint(c)}b`).join(' ')));
  if (name.startsWith('added')) // \w: which neighbours make "raw" part of a word
    for (let i = 0; i < points.length; i += 32)
      lines.push(await line(tokenizer, points.slice(i, i + 32).map(c => `${String.fromCodePoint(c)}raw`).join(' ')));
  for (let i = 0; i < Number(countText); i++) lines.push(await line(tokenizer, text(), random(6) === 0 ? text() : undefined));
  fs.writeFileSync(path.join(target, `${name}.jsonl`), lines.join('\n'));
  console.log(name, lines.length);
}
