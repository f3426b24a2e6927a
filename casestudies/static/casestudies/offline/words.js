/* Words reduced to what is searched for, as the site does: Snowball's stems, without accents. */

const stemmers = { en: new EnglishStemmer(), ru: new RussianStemmer() };
const stopWords = new Set(data.stopWords);
const CYRILLIC = /[\u0400-\u04ff]/;
// Letters that are no other letter with a mark.
const PLAIN = { ø: "o", ł: "l", ı: "i", đ: "d", ð: "d", ß: "ss", æ: "ae", œ: "oe", þ: "th" };
const stems = new Map();

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

/** Return the stem of a word by the language of its letters. */
function stem(word) {
  let found = stems.get(word);
  if (found === undefined) {
    const bare = plain(word);
    found = stemmers[CYRILLIC.test(bare) ? "ru" : "en"].stemWord(bare);
    stems.set(word, found);
  }
  return found;
}

/** Return the words of a text in order: where each stands, its stem, and whether it is one to look for. */
function tokens(text) {
  return Array.from(text.matchAll(/[\p{L}\p{N}\p{M}]+/gu), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    stem: stem(match[0]),
    word: match[0],
    isStopWord: stopWords.has(match[0].toLowerCase()),
  }));
}
