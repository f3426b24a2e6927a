/*
The index of all words in both languages, made with the first question, and the order of what answers one.

The order follows the site's: what a place counts, the damped sum and the weight of rare words are those of
casestudies/search/ranking.py; studies do not gain by what other good answers are about.
*/

const WEIGHTS = { title: 1, summary: 0.4, text: 0.2, source: 0.05 };
const OTHERWISE = 0.7; // what means the same counts less than what was typed
const HALF = 1;
const LINK = 1; // a study that is filed under what was named
const BETWEEN_TEXTS = 50; // words of two texts never follow one another
const postings = new Map(); // stem → Map of a study's index → [position, weight, position, weight, …]

function readTexts() {
  for (const study of studies) {
    let position = 0;
    for (const language of data.languages) {
      for (const { weight, text } of textsOf(study, language)) {
        for (const token of tokens(text)) {
          position += 1;
          if (token.isStopWord) continue;
          if (!postings.has(token.stem)) postings.set(token.stem, new Map());
          const held = postings.get(token.stem);
          if (!held.has(study.index)) held.set(study.index, []);
          held.get(study.index).push(position, WEIGHTS[weight]);
        }
        position += BETWEEN_TEXTS;
      }
    }
  }
}

function makeReady() {
  if (postings.size) return;
  readThesaurus();
  readTexts();
}

/** Return how much the occurrences of a phrase weigh, by study. */
function weightsOfPhrase({ words: [[first], ...rest] }) {
  const found = new Map();
  for (const [study, places] of postings.get(first) ?? []) {
    const others = rest.map(([stem, distance]) => {
      const held = postings.get(stem)?.get(study) ?? [];
      return new Set(held.filter((_place, at) => at % 2 === 0).map((place) => place - distance));
    });
    let sum = 0;
    for (let at = 0; at < places.length; at += 2) {
      if (others.every((set) => set.has(places[at]))) sum += places[at + 1];
    }
    if (sum) found.set(study, sum);
  }
  return found;
}

/** Return how much a way to say something weighs, by study. */
function weightsOfWay(way) {
  if (way.link) {
    const { key, code } = way.link;
    return new Map(studies.filter((study) => study.values[key]?.includes(code)).map((study) => [study.index, LINK]));
  }
  const [first, ...rest] = way.all.map(weightsOfPhrase);
  return new Map(
    [...first]
      .filter(([study]) => rest.every((other) => other.has(study)))
      .map(([study, sum]) => [study, Math.min(sum, ...rest.map((other) => other.get(study)))]),
  );
}

/** Let a word that stands nowhere be the beginning of one: it may not be typed to its end. */
function asBeginning(sought) {
  const [typed] = sought.ways;
  if (typed.all.length > 1 || typed.all[0].words.length > 1) return sought;
  const beginning = plain(sought.written);
  // Words, not stems: "consignm" is no beginning of "consign".
  const begun = [...read].filter(([word, { stem }]) => postings.has(stem) && plain(word).startsWith(beginning));
  const ways = [...new Set(begun.map(([, { stem }]) => stem))].map((stem) => ({
    kind: "typed",
    all: [{ words: [[stem, 0]] }],
    text: sought.written,
  }));
  return ways.length ? { ...sought, ways } : sought;
}

/** Return what is sought with how much each study says of it, from 0 to 1, and how rare it is. */
function weighed(sought) {
  const sums = new Map();
  for (const way of sought.ways) {
    const factor = way.kind === "typed" || way.kind === "record" ? 1 : OTHERWISE;
    for (const [study, sum] of weightsOfWay(way)) sums.set(study, (sums.get(study) ?? 0) + factor * sum);
  }
  const number = sums.size;
  const rarity = Math.log(1 + (studies.length - number + 0.5) / (number + 0.5));
  return { ...sought, rarity, studies: new Map([...sums].map(([study, sum]) => [study, 1 - HALF / (HALF + sum)])) };
}

/** Return how much each study answers an alternative that holds `least` of the things wanted, or more. */
function scoresOf(wanted, excluded, least) {
  const held = new Map();
  const scores = new Map();
  for (const one of wanted) {
    for (const [study, share] of one.studies) {
      held.set(study, (held.get(study) ?? 0) + 1);
      scores.set(study, (scores.get(study) ?? 0) + one.rarity * share);
    }
  }
  for (const study of scores.keys()) {
    if (held.get(study) < least || excluded.some((one) => one.studies.has(study))) scores.delete(study);
  }
  return scores;
}

/**
 * Answer a question: { scores, sought, unknown, isWidened }. `scores` is a Map by study's index. Where no study holds
 * everything, those stand there that hold most of it.
 */
function answered(question) {
  makeReady();
  const sides = parsed(question).map((terms) => {
    const all = understood(terms)
      .map(weighed)
      .map((one) => (one.studies.size || one.excluded ? one : weighed(asBeginning(one))));
    return { wanted: all.filter((one) => !one.excluded), excluded: all.filter((one) => one.excluded) };
  });
  const scores = new Map();
  const add = (less) => {
    for (const { wanted, excluded } of sides) {
      for (const [study, score] of scoresOf(wanted, excluded, Math.max(1, wanted.length - less))) {
        scores.set(study, Math.max(score, scores.get(study) ?? 0));
      }
    }
  };
  const most = Math.max(0, ...sides.map(({ wanted }) => wanted.length));
  let less = 0;
  for (; less < most && !scores.size; less += 1) add(less);
  const sought = sides.flatMap(({ wanted }) => wanted);
  return {
    scores,
    sought,
    unknown: sought.filter((one) => !one.studies.size).map((one) => one.written),
    isWidened: less > 1 && scores.size > 0,
    isEmpty: !sides.length,
  };
}
