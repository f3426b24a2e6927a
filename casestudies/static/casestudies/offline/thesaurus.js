/*
What a question means: the site's own names and curated expressions, looked up by stems as
casestudies/search/understanding.py does.
*/

const CONVENTIONS_A_REFERENCE_MAY_MEAN = 3;
// How a part of a provision is called, by stems.
const ARTICLE = new Set(["articl", "art", "стат", "ст"]);
const PARAGRAPH = new Set(["paragraph", "para", "п", "пункт", "параграф"]);
const PARAGRAPHS = /(A1)(P1+)|(P1+)(A1)(?!1)/g;
// Annexes have letters, articles Roman numbers; letters of both alphabets that look alike are one.
const ANNEXES = new Set(["annex", "приложен"]);
const LETTERS = new Set("abcdefghjk");
const LATIN = { А: "A", В: "B", С: "C", Е: "E", Н: "H", К: "K" };
const ROMAN = /^(?!I$|$)X{0,3}(IX|IV|V?I{0,3})$/;
const ROMAN_DIGITS = { X: 10, V: 5, I: 1 };
const ANY_WORD = "_"; // in the stems of an expression: a word that keeps its place and is not looked for
const meanings = new Map(); // stems joined by blanks → rows of the thesaurus
const saidOfAll = new Set(data.thesaurus.saidOfAll);
let longestName = 1;

/** Return every list that takes one of the choices at each place. */
const product = (choices) =>
  choices.reduce((lists, some) => lists.flatMap((list) => some.map((one) => [...list, one])), [[]]);

/** Make the table ready; it is made with the first question. */
function readThesaurus() {
  const { rows, expressions, abbreviations } = data.thesaurus;
  for (const row of rows) {
    const same = (row.same ?? []).map((place) => expressions[place][2] ?? expressions[place][1]);
    for (const name of [...same, ...(row.names ?? [])]) {
      const stems = name.split(" ").filter((one) => one !== ANY_WORD);
      longestName = Math.max(longestName, stems.length);
      const written = row.abbreviated ? product(stems.map((one) => abbreviations[one] ?? [one])) : [stems];
      for (const key of new Set(written.map((one) => one.join(" ")))) {
        if (!meanings.has(key)) meanings.set(key, []);
        meanings.get(key).push(row);
      }
    }
  }
}

/** Return a phrase to look for: its stems with their distances from the first. */
function phraseOf(found) {
  const kept = found.map((token, place) => ({ ...token, place })).filter((token) => !token.isStopWord);
  return { words: kept.map(({ stem, place }) => [stem, place - kept[0].place]) };
}

/** Return the phrase of an expression of the thesaurus. */
function phraseOfStems(spaced) {
  return { words: [...spaced.split(" ").entries()].filter(([, stem]) => stem !== ANY_WORD).map(([at, stem]) => [stem, at]) };
}

/** Return the phrases that words side by side are found by: a word by itself also in any regular spelling. */
function phrasesOf(found) {
  const phrase = phraseOf(found);
  if (found.length > 1) return [phrase];
  return stemsOf(found[0].word).map((one) => ({ words: [[one, 0]] }));
}

/** Return one thing sought: all ways to find it. `typed` are its words: of each list of phrases one must be held. */
function sense(written, typed, stems, excluded = false, also = "") {
  const key = stems.join(" ");
  const { rows, cases, acronyms, expressions, links, numbers, themes } = data.thesaurus;
  // "Грузия" is no word of texts that hold its stem, which is that of "груз": the record alone finds it.
  const named = cases[written.toLowerCase().replaceAll("ё", "е")] ?? [];
  const other = also ? (meanings.get(stemsOf(also)[0]) ?? []) : []; // without the hyphen
  const inCapitals = isUpper(written) ? (acronyms[key] ?? []) : [];
  const found = [
    ...new Set([...inCapitals.map((place) => rows[place]), ...(meanings.get(key) ?? []), ...named.map((place) => rows[place]), ...other]),
  ];
  const isNumber = stems.every((one) => /^\d+$/.test(one));
  const hasNumber = stems.some((one) => /^\d+$/.test(one));
  const ways = [{ kind: "typed", phrases: named.length ? [[]] : typed, text: written, factor: 1 }];
  const say = (kind, place) => {
    const [text, spaced, name] = expressions[place];
    if (kind === "same" && (name ?? spaced) === key) return;
    // One word for a name of several is hardly a hint, but an acronym is exact.
    const isLooser = stems.length > 1 && !spaced.includes(" ") && text !== text.toUpperCase();
    ways.push({ kind, phrases: [[phraseOfStems(spaced)]], text, factor: isLooser ? 0 : OTHERWISE });
  };
  const point = (places, factor) => {
    for (const place of places ?? []) {
      const [filter, code] = links[place];
      if (!ways.some(({ link }) => link?.place === place)) {
        ways.push({ kind: "record", link: { key: filter, code, place }, text: written, factor });
      }
    }
  };
  for (const row of found) for (const one of row.same ?? []) say("same", one);
  for (const row of found) point(row.links, 1);
  if (isNumber) point(numbers[key], 1);
  for (const row of found) point(row.themes, 1);
  if (!excluded) {
    for (const row of found) for (const one of row.narrower ?? []) say("narrower", one);
    for (const row of found) point(row.related, OTHERWISE);
    // "transit" is not the name of a theme, but "Customs transit" and "Transit corridors" are about it.
    if (stems.length === 1) point(themes[key], OTHERWISE);
  }
  const isRecord = found.some((row) => row.links?.some((place) => links[place][0] !== "theme"));
  const near = found.flatMap((row) => row.near ?? []);
  return { written, stems, ways, near, isNumber, hasNumber, isRecord, excluded, parts: [], apart: [] };
}

/** Return what words side by side are found by as typed: of each term its words, one after the other or joined. */
function typedPhrases(taken) {
  return [...new Set(taken.map(({ term }) => term))].flatMap((term) => {
    const own = taken.filter((one) => one.term === term).map(({ token }) => token);
    if (own.every((token) => token.isStopWord)) return [];
    const joined = own.length > 1 ? phrasesOf(tokens(own.map(({ word }) => word).join(""))) : [];
    return [[...phrasesOf(own), ...joined]];
  });
}

const isUpper = (text) => text === text.toUpperCase() && text !== text.toLowerCase();
const isDigits = (text) => /^\d+$/.test(text);

/** Return the key of each word, of "V" in "Article V" that of a number; of a stop word "". */
function keysOf(words) {
  const keys = [];
  for (const { word, isStopWord } of words) {
    const letter = word.length === 1 && isUpper(word) ? (LATIN[word] ?? word).toLowerCase() : "";
    if (LETTERS.has(letter) && ANNEXES.has(keys.at(-1))) keys.push(letter);
    else if (ROMAN.test(word)) keys.push(String(numberOf(word)));
    else keys.push(isStopWord ? "" : stemsOf(word)[0]);
  }
  return keys;
}

/** Return what a Roman number says. */
function numberOf(roman) {
  const values = [...roman].map((letter) => ROMAN_DIGITS[letter]);
  return values.reduce((sum, value, at) => sum + (value < Math.max(...values.slice(at)) ? -value : value), 0);
}

/** Return the words with "Article 7 paragraph 4" and "п. 4 ст. 7" as "Article 7.4". */
function references(run) {
  const kind = ({ key }) => (isDigits(key) ? "1" : ARTICLE.has(key) ? "A" : PARAGRAPH.has(key) ? "P" : "-");
  const found = [];
  let at = 0;
  for (const { 0: all, 1: article, 2: paragraph, 3: before, index } of run.map(kind).join("").matchAll(PARAGRAPHS)) {
    const middle = index + (article ?? before).length;
    const end = index + all.length;
    const [first, second] = article ? [run.slice(index, middle), run.slice(middle, end)] : [run.slice(middle, end), run.slice(index, middle)];
    found.push(...run.slice(at, index), ...first, ...second.slice(1));
    at = end;
  }
  return [...found, ...run.slice(at)];
}

/** Return what words side by side seek: the longest names that the thesaurus knows, and between them word by word. */
function readRun(terms) {
  const words = terms.flatMap((term) => term.tokens.map((token) => ({ term, token })));
  // The "X" of "X-ray" is no number.
  const keys = keysOf(
    words.map(({ term, token }) => ({ ...token, word: term.tokens.length > 1 ? token.word.toLowerCase() : token.word })),
  );
  const run = words.map((one, at) => {
    const { word } = one.token;
    return { ...one, key: keys[at] || (isNameWithoutStem(word) ? plain(word) : "") };
  });
  return readWords(references(run.filter(({ key }) => key)));
}

/** Read words with their keys. Those of one term, which a hyphen joins, stay together where they are no name. */
function readWords(run, joined = true) {
  const isName = (taken) => {
    const key = taken.map((one) => one.key).join(" ");
    const written = taken.map(({ token }) => token.word).join(" ");
    const { numbers, acronyms } = data.thesaurus;
    return meanings.has(key) || key in numbers || saidOfAll.has(key) || (key in acronyms && isUpper(written));
  };
  const sought = [];
  let rest = run;
  while (rest.length) {
    let length = Math.min(longestName, rest.length);
    while (length > 1 && !isName(rest.slice(0, length))) length -= 1;
    const isKnown = length > 1;
    if (!isKnown && joined) length = rest.filter(({ term }) => term === rest[0].term).length;
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    // Of "7.4.1" no more is known than 7.4.
    const last = taken.at(-1);
    while (isKnown && isDigits(last.key) && rest[0]?.term === last.term && isDigits(rest[0].key)) rest = rest.slice(1);
    // A letter says nothing beside other words: the "e" of "e-queue".
    const longer = taken.filter(({ token }) => token.word.length > 1);
    const apart = length > 1 && !isKnown ? inContext(readWords(longer.length ? longer : taken, false)) : [];
    const isPlace = ({ ways }) => ways.some(({ link }) => link?.key === "country" || link?.key === "region");
    if (apart.length && apart.every(isPlace)) sought.push(...apart);
    else sought.push({ ...together(taken), apart });
  }
  return sought;
}

/** Read words as one thing: a name, a word, or words that a hyphen joins. */
function together(taken) {
  const [{ term }] = taken;
  const written = taken.map(({ token }) => token.word).join(" ");
  const all = term.tokens.map(({ word }) => word);
  const solid = all.join("");
  // "on-line", where "on" is no word to look for.
  const isCut = all.length > 1 && taken.at(-1).term === term && written.replaceAll(" ", "").length < solid.length;
  if (isCut && meanings.has(stemsOf(solid)[0])) return sense(solid, [phrasesOf(tokens(solid))], stemsOf(solid).slice(0, 1));
  const also = all.length > 1 && written === all.join(" ") ? solid : "";
  const one = sense(written, typedPhrases(taken), taken.map(({ key }) => key), false, also);
  // The words of a country's or a convention's name mean nothing by themselves, nor does a number.
  const parts = taken.length > 1 && !one.isRecord ? taken.filter(({ key }) => !isDigits(key)) : [];
  one.parts = parts.map(({ token, key }) => sense(token.word, [phrasesOf([token])], [key]));
  return one;
}

/** Return what to seek instead where so few hold it: its words by themselves, or it by the themes near it too. */
function otherwise(sought, number) {
  if (sought.apart.length && !number) return sought.apart;
  if (!sought.near.length || number >= ENOUGH) return null;
  const held = new Set(sought.ways.map(({ link }) => link?.place));
  const near = [...new Set(sought.near)].filter((place) => !held.has(place)).map((place) => {
    const [key, code] = data.thesaurus.links[place];
    return { kind: "record", link: { key, code, place }, text: sought.written, factor: 1 };
  });
  return [{ ...sought, ways: [...sought.ways, ...near], near: [] }];
}

/** Return what the terms of an alternative seek. */
function understood(terms) {
  const sought = [];
  let run = [];
  for (const term of terms) {
    if (!term.excluded && !term.quoted) {
      run.push(term);
      continue;
    }
    const stems = term.tokens.filter((token) => !token.isStopWord).map((token) => stemsOf(token.word)[0]);
    sought.push(...readRun(run), sense(term.written, [phrasesOf(term.tokens)], stems, term.excluded));
    run = [];
  }
  sought.push(...readRun(run));
  // What is true of every study tells nothing beside other words.
  const telling = sought.filter((one) => one.excluded || !saidOfAll.has(one.stems.join(" ")));
  return inContext(telling.some((one) => !one.excluded) ? telling : sought);
}

/** Return what is sought, references to provisions narrowed to the conventions named beside them, with their themes. */
function inContext(sought) {
  const { conventions, concerned, links } = data.thesaurus;
  const named = new Set(sought.flatMap(({ ways }) => ways.filter(({ link }) => link?.key === "convention").map(({ link }) => link.place)));
  return sought.map((one) => {
    const isProvision = ({ link }) => link?.key === "provision";
    const references = one.ways.filter(isProvision);
    const beside = references.filter(({ link }) => named.has(conventions[link.code]));
    const number = new Set(references.map(({ link }) => conventions[link.code])).size;
    const isMeant = !one.isNumber && number <= CONVENTIONS_A_REFERENCE_MAY_MEAN;
    const meant = beside.length ? beside : isMeant ? references : [];
    const ways = [...one.ways.filter((way) => !isProvision(way)), ...meant];
    // What a heading means, its own words say; of a number, the provision's code stands before those of its parts.
    const [first] = one.hasNumber && !one.excluded ? meant.map(({ link }) => link.code).sort() : [];
    const place = concerned[first];
    if (place !== undefined && !ways.some(({ link }) => link?.place === place)) {
      const [key, code] = links[place];
      ways.push({ kind: "record", link: { key, code, place }, text: one.written, factor: OTHERWISE });
    }
    return { ...one, ways };
  });
}
