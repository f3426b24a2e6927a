/*
The index of all words in both languages, made with the first question, and the answer to one.

Which studies answer follows casestudies/search/answering.py: those that hold everything, and where they are few, those
that hold most of it. The order follows casestudies/search/ranking.py: what a place counts, the damped sum, the weight of
rare words, and what the best answers are about.
*/

const WEIGHTS = { title: 1, summary: 0.4, text: 0.2, source: 0.05 };
const OTHERWISE = 0.7; // what means the same counts less than what was typed
const HALF = 1;
// A study that is filed under what was named: as much as a word in its title, its summary or its texts.
const LINKS = { provision: 1, theme: 0.6, convention: 0.4, chapter: 0.4 };
const FEW_COUNTRIES = 3;
const BETWEEN_TEXTS = 50; // words of two texts never follow one another
const ENOUGH = 10; // fewer than these that hold everything, and those that hold most of it follow
const DECIDING = 6; // of a long question, this many of its rarest words decide
// What the best answers are about: see casestudies/search/ranking.py.
const TOPIC = { best: 5, facets: { theme: 1, provision: 1, country: 0.5, chapter: 0.5 }, share: 0.2, gain: 0.8, half: 1.3 };
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

/** Return how much a link weighs for a study. */
function weightOfLink(study, key) {
  if (key === "country") return study.values.country.length <= FEW_COUNTRIES ? WEIGHTS.title : WEIGHTS.summary;
  return LINKS[key] ?? WEIGHTS.text;
}

/** Return how much a way to say something weighs, by study: of each of its lists one phrase must be held. */
function weightsOfWay({ link, phrases }) {
  if (link) {
    const linked = studies.filter((study) => study.values[link.key]?.includes(link.code));
    return new Map(linked.map((study) => [study.index, weightOfLink(study, link.key)]));
  }
  const [first, ...rest] = phrases.map((some) => added(some.map(weightsOfPhrase)));
  return new Map(
    [...first]
      .filter(([study]) => rest.every((other) => other.has(study)))
      .map(([study, sum]) => [study, Math.min(sum, ...rest.map((other) => other.get(study)))]),
  );
}

/** Return the sums of some weights by study. */
function added(some) {
  const sums = new Map();
  for (const weights of some) for (const [study, weight] of weights) sums.set(study, (sums.get(study) ?? 0) + weight);
  return sums;
}

/** Let a word that stands nowhere be the beginning of one: it may not be typed to its end. */
function asBeginning(sought) {
  const [{ phrases }] = sought.ways;
  if (phrases.length > 1 || phrases[0][0].words.length > 1) return sought;
  const beginning = plain(sought.written);
  // Words, not stems: "consignm" is no beginning of "consign".
  const begun = [...read].filter(([word, { stem }]) => postings.has(stem) && plain(word).startsWith(beginning));
  const stems = [...new Set(begun.map(([, { stem }]) => stem))];
  const typed = { kind: "typed", phrases: [stems.map((stem) => ({ words: [[stem, 0]] }))], text: sought.written, factor: 1 };
  return stems.length ? { ...sought, ways: [typed] } : sought;
}

/** Return what is sought with how much each study says of it, from 0 to 1, and how rare it is. */
function weighed(sought) {
  const ways = sought.ways.map((way) => ({ ...way, weights: weightsOfWay(way) }));
  const sums = added(
    ways.map(({ weights, factor }) => new Map([...weights].map(([study, sum]) => [study, factor * sum]))),
  );
  const number = sums.size;
  const rarity = number ? Math.log(1 + (studies.length - number + 0.5) / (number + 0.5)) : 0;
  const held = new Map([...sums].map(([study, sum]) => [study, 1 - HALF / (HALF + sum)]));
  return { ...sought, ways, rarity, studies: held, parts: sought.parts.map(weighed) };
}

/** Return the studies that hold at least so many of the things wanted. */
function holding(wanted, least) {
  const held = new Map();
  for (const one of wanted) for (const study of one.studies.keys()) held.set(study, (held.get(study) ?? 0) + 1);
  return new Set([...held.keys()].filter((study) => held.get(study) >= least));
}

/** Yield the studies that hold all of these, then all but one, but two … of the rarest, down to any one of them. */
function* allButSome(wanted) {
  if (wanted.length) yield holding(wanted, wanted.length);
  const rarest = [...wanted].sort((one, other) => other.rarity - one.rarity).slice(0, DECIDING);
  for (let number = rarest.length - 1; number > 0; number -= 1) yield holding(rarest, number);
}

/** Yield the studies that hold what is known, all but one, two … of it, then with names taken apart. */
function* wider({ wanted }) {
  const known = wanted.filter((one) => one.studies.size);
  let level = 0;
  for (const found of allButSome(known)) yield { found, level: level++, parts: [] };
  const parts = known.flatMap((one) => one.parts);
  if (!parts.length) return;
  const apart = parts.filter((part) => part.studies.size);
  const widest = holding(known, 1);
  level = Math.max(0, level - 1);
  for (const found of allButSome([...known.filter((one) => !one.parts.length), ...apart])) {
    yield { found: new Set([...widest, ...found]), level: (level += 1), parts: apart };
  }
}

/** Return the studies that answer: of each side those that hold everything or, where these are few, most of it. */
function widened(sides) {
  const left = ({ excluded }, found) => [...found].filter((study) => !excluded.some((one) => one.studies.has(study)));
  const together = (found) => new Set(sides.flatMap((side, at) => left(side, found[at])));
  const everything = together(sides.map(({ wanted }) => holding(wanted, wanted.length)));
  const answer = { everything, found: everything, parts: [], isWidened: false };
  if (everything.size >= ENOUGH) return answer;
  const steps = sides.map(wider);
  const none = { found: new Set(), level: 0, parts: [] };
  let reached = steps.map((step) => step.next().value ?? none);
  while (together(reached.map(({ found }) => found)).size < ENOUGH) {
    const further = steps.map((step) => step.next().value);
    if (!further.some(Boolean)) break;
    reached = reached.map((side, at) => further[at] ?? side);
  }
  return {
    everything,
    found: together(reached.map(({ found }) => found)),
    parts: reached.flatMap(({ parts }) => parts),
    isWidened: reached.some(({ level }) => level > 0),
  };
}

/** Return the scores of the studies found, those that hold everything before those that hold less. */
function scored({ found, everything, isWidened }, ranked) {
  const sum = (study) => ranked.reduce((total, one) => total + one.rarity * (one.studies.get(study) ?? 0), 0);
  const scores = new Map([...found].map((study) => [study, sum(study)]));
  const best = [...scores].sort(([, one], [, other]) => other - one).slice(0, TOPIC.best);
  const highest = best[0]?.[1] ?? 0;
  const topic = topicOf(best);
  for (const [study, score] of scores) {
    const shared = recordsOf(study).reduce((total, [record]) => total + (topic.get(record) ?? 0), 0);
    const gained = score + (TOPIC.gain * highest * shared) / (shared + TOPIC.half);
    scores.set(study, isWidened && everything.has(study) ? gained + 2 * highest : gained);
  }
  return scores;
}

/** Return what the best answers are about, and how much each record tells. */
function topicOf(best) {
  const total = best.reduce((sum, [, score]) => sum + score, 0) || 1;
  const shares = new Map();
  for (const [study, score] of best) {
    for (const [record, weight] of recordsOf(study)) {
      shares.set(record, (shares.get(record) ?? 0) + (weight * score) / total);
    }
  }
  return new Map([...shares].filter(([, share]) => share >= TOPIC.share));
}

/** Return the records that tell what a study is about, each with its weight. */
const recordsOf = (index) =>
  Object.entries(TOPIC.facets).flatMap(([key, weight]) =>
    (studies[index].values[key] ?? []).map((code) => [`${key}=${code}`, weight]),
  );

/** Return what is sought as weighed, otherwise where few hold it: what words are by themselves may be near a theme again. */
function heldBySome(one) {
  const other = one.excluded ? null : otherwise(one, one.studies.size);
  return other ? other.map(weighed).flatMap(heldBySome) : [one];
}

/**
 * Answer a question: { scores, sought, sides, unknown, isWidened, complete, isEmpty }. `scores` is a Map by study's index, `complete` says
 * how many studies hold everything that is asked.
 */
function answered(question) {
  makeReady();
  const sides = parsed(question).map((terms) => {
    const all = understood(terms)
      .map(weighed)
      .flatMap(heldBySome)
      .map((one) => (one.studies.size || one.excluded ? one : weighed(asBeginning(one))));
    return { wanted: all.filter((one) => !one.excluded), excluded: all.filter((one) => one.excluded) };
  });
  const answer = widened(sides);
  const wanted = sides.flatMap((side) => side.wanted);
  const sought = eachOnce([...wanted, ...answer.parts]);
  return {
    scores: scored(answer, sought),
    sought,
    sides,
    unknown: wanted.filter((one) => !one.studies.size).map((one) => one.written),
    isWidened: answer.isWidened && answer.found.size > 0,
    complete: answer.everything.size,
    isEmpty: !sides.length,
  };
}

/** Return what is sought, each once however often and under whatever names it was typed. */
const eachOnce = (sought) =>
  [...new Map(sought.map((one) => [JSON.stringify(one.ways.map(({ phrases, link }) => phrases ?? link)), one])).values()];
