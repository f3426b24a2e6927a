/*
What a question means: the site's own names and curated expressions, looked up by stems as
casestudies/search/understanding.py does.
*/

const CONVENTIONS_A_REFERENCE_MAY_MEAN = 3;
const ANY_WORD = "_"; // in the stems of an expression: a word that keeps its place and is not looked for
const meanings = new Map(); // stems joined by blanks → rows of the thesaurus
let longestName = 1;

/** Return every list that takes one of the choices at each place. */
const product = (choices) =>
  choices.reduce((lists, some) => lists.flatMap((list) => some.map((one) => [...list, one])), [[]]);

/** Make the table ready; it is made with the first question. */
function readThesaurus() {
  const { rows, expressions, abbreviations } = data.thesaurus;
  for (const row of rows) {
    const same = (row.same ?? []).map((place) => expressions[place][1]);
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
  const variants = spellings(found[0].word).filter((word) => !stopWords.has(word));
  return [phrase, ...variants.map((word) => ({ words: [[stem(word), 0]] }))];
}

/** Return one thing sought: all ways to find it. `typed` are its words: of each list of phrases one must be held. */
function sense(written, typed, stems, excluded = false) {
  const key = stems.join(" ");
  const { rows, cases, expressions, links, numbers, themes } = data.thesaurus;
  // "Грузия" is no word of texts that hold its stem, which is that of "груз": the record alone finds it.
  const named = cases[written.toLowerCase().replaceAll("ё", "е")] ?? [];
  const found = [...(meanings.get(key) ?? []), ...named.map((place) => rows[place])];
  const isNumber = stems.every((one) => /^\d+$/.test(one));
  const hasNumber = stems.some((one) => /^\d+$/.test(one));
  const ways = [{ kind: "typed", phrases: named.length ? [[]] : typed, text: written, factor: 1 }];
  const say = (kind, place) => {
    const [text, spaced] = expressions[place];
    if (kind === "same" && spaced === key) return;
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
  return { written, ways, isNumber, hasNumber, isRecord, excluded, parts: [] };
}

/** Return what words side by side are found by as typed: of each term its words, one after the other or joined. */
function typedPhrases(taken) {
  return [...new Set(taken.map(({ term }) => term))].map((term) => {
    const own = taken.filter((one) => one.term === term).map(({ token }) => token);
    const joined = own.length > 1 ? phrasesOf(tokens(own.map(({ word }) => word).join(""))) : [];
    return [...phrasesOf(own), ...joined];
  });
}

/** Return what words side by side seek: the longest names that the thesaurus knows, and between them word by word. */
function readRun(terms) {
  const run = terms.flatMap((term) =>
    term.tokens.filter((token) => !token.isStopWord).map((token) => ({ term, token })),
  );
  const stemsOf = (taken) => taken.map(({ token }) => token.stem);
  const isName = (key) => meanings.has(key) || key in data.thesaurus.numbers;
  const sought = [];
  while (run.length) {
    let length = Math.min(longestName, run.length);
    while (length > 1 && !isName(stemsOf(run.slice(0, length)).join(" "))) length -= 1;
    // Parts of a hyphenated word stay together where they are no name.
    if (length === 1) length = run.filter(({ term }) => term === run[0].term).length;
    const taken = run.splice(0, length);
    const one = sense(taken.map(({ token }) => token.word).join(" "), typedPhrases(taken), stemsOf(taken));
    // The words of a country's or a convention's name mean nothing by themselves, nor does a number.
    const parts = length > 1 && !one.isRecord ? taken.filter(({ token }) => !/^\d+$/.test(token.stem)) : [];
    one.parts = parts.map(({ token }) => sense(token.word, [phrasesOf([token])], [token.stem]));
    sought.push(one);
  }
  return sought;
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
    const stems = term.tokens.filter((token) => !token.isStopWord).map((token) => token.stem);
    sought.push(...readRun(run), sense(term.written, [phrasesOf(term.tokens)], stems, term.excluded));
    run = [];
  }
  return inContext([...sought, ...readRun(run)]);
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
