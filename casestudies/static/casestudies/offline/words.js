/* Words reduced to what is searched for, as the site does: Snowball's stems, without accents. */

const stemmers = { en: new EnglishStemmer(), ru: new RussianStemmer() };
const stopWords = new Set(data.stopWords);
const CYRILLIC = /[\u0400-\u04ff]/;
// Letters that are no other letter with a mark.
const PLAIN = { ø: "o", ł: "l", ı: "i", đ: "d", ð: "d", ß: "ss", æ: "ae", œ: "oe", þ: "th" };
const read = new Map(); // each word as written → { stem, isStopWord }

/** Return a word without capitals and accents; й stays, ё becomes е. */
function plain(word) {
  return word
    .normalize("NFC")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/ё/g, "е")
    .replace(/[øłıđðßæœþ]/g, (letter) => PLAIN[letter])
    .replace(/[\u00c0-\u024f\u1e00-\u1eff]/g, (letter) => letter.normalize("NFD")[0]);
}

// Regular differences between British and American spelling, each read both ways.
const SPELLINGS = [
  ["", "is", "iz", "e|es|ed|er|ers|ing|able|ation|ations|ational"],
  ["", "ys", "yz", "e|es|ed|er|ers|ing"],
  ["", "our", "or", "|s|ed|ing|able|ite|ites|al"],
  ["[bcdgtv]", "re", "er", "|s"],
  ["", "ogue", "og", "|s"],
  ["", "ence", "ense", "|s"],
  ["[aeiouy][^aeiouy]+[aeiou]", "ll", "l", "ed|ing|er|ers"],
].flatMap(([before, one, other, endings]) => [
  [new RegExp(`(${before})${one}(${endings})$`), `$1${other}$2`],
  [new RegExp(`(${before})${other}(${endings})$`), `$1${one}$2`],
]);

/** Return a word as the other side of the Atlantic spells it, in all regular ways; often none is a word. */
function spellings(word) {
  const lower = word.toLowerCase();
  return SPELLINGS.filter(([ending]) => ending.test(lower)).map(([ending, other]) => lower.replace(ending, other));
}

/** Return the stem of a word by the language of its letters. */
function stem(word) {
  const bare = plain(word);
  return stemmers[CYRILLIC.test(bare) ? "ru" : "en"].stemWord(bare);
}

// The stemmer takes the end of these words for that of a verb; longer words are nouns.
const MISREAD = /^[а-яё]{3,}(ал|ит)$/;
const ENDINGS = /^(|а|у|ом|ем|е|ы|и|ов|ей|ам|ами|ах)$/;
const cases = new Map(); // each case of a noun → the stems of all of them, where they have several
const spelled = new Set(data.thesaurus.spelled);
for (const [stems, words] of Object.entries(data.thesaurus.forms)) {
  for (const word of words.split(" ")) cases.set(word, stems.split(" "));
}

/**
 * Return the stems under which texts hold a word, in all its spellings and cases; the first stands for all, as in
 * casestudies/search/forms.py.
 */
function stemsOf(word) {
  const lower = plain(word);
  if (CYRILLIC.test(lower)) {
    const own = stem(lower);
    const noun = [lower, own].find((one) => MISREAD.test(one));
    const isCase = noun && lower.startsWith(noun) && ENDINGS.test(lower.slice(noun.length));
    return cases.get(lower) ?? [...new Set(isCase ? [noun, own, stem(noun)] : [own])];
  }
  const variants = [word.toLowerCase(), ...spellings(word)].sort();
  const stems = variants.filter((one) => !stopWords.has(one)).map(stem);
  return [...new Set([stems.find((one) => spelled.has(one)) ?? stem(word), stem(word), ...stems])];
}

/** Return the words of a text in order: where each stands, its stem, and whether it is one not to look for. */
function tokens(text) {
  return Array.from(text.matchAll(/[\p{L}\p{N}\p{M}]+/gu), ({ 0: word, index: start }) => {
    let known = read.get(word);
    if (!known) {
      known = { stem: stem(word), isStopWord: stopWords.has(word.toLowerCase()) };
      read.set(word, known);
    }
    return { start, end: start + word.length, word, stem: known.stem, isStopWord: known.isStopWord };
  });
}
