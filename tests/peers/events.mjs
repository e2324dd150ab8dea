// Makes the generated population untidy in the ways that the documentation speaks of:
// people without an id, links between ids, events without a session, equal times,
// duplicates, URLs with secrets, and events to be rejected. Deterministic.
import {createReadStream, createWriteStream} from 'node:fs';
import {once} from 'node:events';
import {createInterface} from 'node:readline';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** mulberry32: numbers in [0, 1). */
function makeRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a, so that a person's habits do not depend on the order of events. */
function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; ++i) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return makeRandom(h)();
}

/** What is peculiar about a person. */
function habitsOf(person) {
  const kind = hash('kind ' + person);
  return {
    // 8 in 100 never say who they are; 12 do so at some point of their stream.
    anonymous: kind < 0.08 ? 'always' : kind < 0.2 ? 'first' : 'never',
    sessions: hash('sessions ' + person) < 0.25 ? 'none' : 'some',
    coarseClock: hash('clock ' + person) < 0.2,
  };
}

const GUIDANCE = [
  'task.completed', 'task.completed', 'task.started', 'survey.shown', 'survey.submitted',
  'survey.submitted', 'course.started', 'lesson.completed', 'lesson.completed',
  'quiz.submitted', 'course.completed', 'walkthrough.started', 'walkthrough.completed',
];

/** What an event of guidance content says beside the person and time. */
function guidance(random) {
  const of = (n) => Math.floor(random() * n);
  const properties = {};
  if (random() < 0.95) properties.content_id = `content-${of(6)}`;
  if (random() < 0.6) properties.content_name = `Name ${of(4)}`;
  if (random() < 0.6) properties.course_id = `course-${of(4)}`;
  if (random() < 0.9) properties.score = random() < 0.9 ? of(12) : of(20) / 2;
  if (random() < 0.4) properties.comment = random() < 0.8 ? 'Well done' : '';
  return {type: 'content', name: GUIDANCE[of(GUIDANCE.length)], properties};
}

const BROWSERS = ['Firefox', 'Chrome', 'Safari'];
const SYSTEMS = ['Linux', 'Windows', 'macOS', 'Android'];

/**
 * Reads the generated NDJSON file `from` and writes the untidy one `to`.
 * @returns {Promise<object>} how often each thing was done, so that a test can tell that
 *     it was done at all.
 */
export async function untidy(from, to, nowMs) {
  const random = makeRandom(20260101);
  const done = {};
  const count = (what) => {
    done[what] = (done[what] ?? 0) + 1;
  };
  const out = createWriteStream(to, {highWaterMark: 1 << 20});
  const later = [];
  const seen = new Map();
  const anonymousIds = [];
  let written = 0;

  async function write(event) {
    ++written;
    if (!out.write(JSON.stringify(event) + '\n')) await once(out, 'drain');
  }

  for await (const line of createInterface({input: createReadStream(from)})) {
    const event = JSON.parse(line);
    const person = event.person;
    const habits = habitsOf(person);
    const position = (seen.get(person) ?? 0) + 1;
    seen.set(person, position);

    if (habits.anonymous !== 'never') {
      const anonymous = 'a-' + Math.floor(hash('id ' + person) * 2 ** 32);
      const linkAt = 2 + Math.floor(hash('link ' + person) * 20);
      if (habits.anonymous === 'always' || position < linkAt) {
        delete event.person;
        event.anonymous = anonymous;
        count('anonymous');
      } else if (position === linkAt) {
        const type = hash('how ' + person) < 0.5 ? 'alias' : 'identify';
        await write({id: 'link-' + written, time: event.time, person, anonymous, type});
        anonymousIds.push(anonymous);
        count(type);
      } else if (random() < 0.1) {
        // A late event under the old id, and one that names both.
        if (random() < 0.5) delete event.person;
        event.anonymous = anonymous;
        count('anonymous after the link');
      }
    }
    if (anonymousIds.length > 0 && random() < 0.0005) {
      // Somebody else's anonymous id: rejected.
      const anonymous = anonymousIds[Math.floor(random() * anonymousIds.length)];
      await write({id: 'bad-' + written, time: event.time, type: 'alias', anonymous,
                   person: 'intruder@acme.example'});
      count('link to another person');
    }

    if (habits.sessions === 'none' || random() < 0.1) {
      delete event.session;
      count('no session');
    }
    if (habits.coarseClock) {
      event.time -= event.time % 20_000;
      if (random() < 0.5) event.seq = Math.floor(random() * 3);
      count('coarse time');
    }
    if (random() < 0.1) {
      delete event.context;
      count('no context');
    } else if (random() < 0.5) {
      event.context.browser = BROWSERS[Math.floor(random() * BROWSERS.length)];
      event.context.os = SYSTEMS[Math.floor(random() * SYSTEMS.length)];
    }
    if (event.type === 'page_view') {
      const chance = random();
      if (chance < 0.2) event.url += '?token=abc&tab=' + Math.floor(random() * 9);
      if (chance > 0.1 && chance < 0.3) event.url += '#part-' + Math.floor(random() * 9);
      if (chance > 0.3 && chance < 0.33) {
        event.url = event.url.replace('https://', 'https://ada:hunter2@');
      }
      if (chance < 0.33) count('url with secrets');
      if (random() < 0.05) {
        delete event.title;
        count('no title');
      }
      if (random() < 0.01) {
        delete event.url;
        count('no url');
      }
    }

    const chance = random();
    if (chance < 0.004) {
      // A rejected event, whose id is not remembered, before the good one.
      const bad = structuredClone(event);
      if (chance < 0.001) bad.time -= 400 * DAY;
      else if (chance < 0.002) bad.time = nowMs + 25 * HOUR;
      else if (chance < 0.003) bad.type = 'hover';
      else delete bad.person, delete bad.anonymous;
      await write(bad);
      count('rejected');
    } else if (chance < 0.005) {
      event.time = nowMs + Math.floor(random() * 23 * HOUR);
      count('in the future');
    } else if (chance < 0.03) {
      // The first one wins: the second says something else.
      later.push({...event, name: 'second', url: 'https://shop.example/second'});
      count('duplicate');
    } else if (chance < 0.08) {
      delete event.id;
      count('no id');
    } else if (chance < 0.081 && habits.anonymous === 'never') {
      // Two days at the screen, an event each 20 minutes: cut each 12 hours.
      for (let k = 1; k <= 144; ++k) {
        const time = event.time - k * 20 * 60_000;
        if (time < nowMs - 365 * DAY) break;
        await write({id: `long-${written}`, time, person, type: 'track', name: 'tick'});
      }
      count('long run');
    }
    await write(event);
    // What the event's person did beside: guidance, script errors, and quick clicks.
    const {id, time, type, name, title, url, element, properties, ...same} = event;
    if (random() < 0.08) {
      await write({...same, id: `guidance-${written}`, time, ...guidance(random)});
      count('guidance');
    }
    if (random() < 0.01) {
      await write({...same, id: `error-${written}`, time, url, type: 'track',
                   name: 'script_error',
                   properties: {message: `x${Math.floor(random() * 5)} is undefined`}});
      count('script error');
    }
    if (type === 'click' && random() < 0.05) {
      const clicks = 1 + Math.floor(random() * 6);
      for (let k = 1; k <= clicks; ++k) {
        await write({...event, id: `quick-${written}`,
                     time: time + k * Math.floor(100 + random() * 500)});
      }
      count('quick clicks');
    }
    if (later.length > 50) await write(later.shift());
  }
  for (const event of later) await write(event);
  out.end();
  await once(out, 'finish');
  return done;
}
