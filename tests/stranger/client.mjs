// A whole client in JavaScript, written from the two sheets and the lessons: node and nothing else.
//
//     python -m mtlib dc --write dc
//     node tests/stranger/client.mjs dc/dc.json [--framing abridged] [--obfuscated] [--zeros]
//
// Makes a permanent and a temporary key, binds, calls help.getNearestDc and help.getAppConfig, and prints what came
// back. With --zeros every nonce and both keys begin with 00. Each section names what teaches it.

import { checkPrimeSync, createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { unzipSync } from "node:zlib";

const hex = (text) => Buffer.from(text, "hex");
const join = (...parts) => Buffer.concat(parts);
const fail = (why) => {
  throw new Error(why);
};
const sha1 = (...parts) => createHash("sha1").update(join(...parts)).digest();
const sha256 = (...parts) => createHash("sha256").update(join(...parts)).digest();
const xor = (one, other) => Buffer.from(one.map((byte, at) => byte ^ other[at]));

// -- AES-IGE: lesson 11, sheet "exchange", Then

function ige(data, key, iv, decrypt = false) {
  const aes = (decrypt ? createDecipheriv : createCipheriv)("aes-256-ecb", key, null).setAutoPadding(false);
  let [before, after] = decrypt ? [iv.subarray(16), iv.subarray(0, 16)] : [iv.subarray(0, 16), iv.subarray(16)];
  const out = [];
  for (let at = 0; at < data.length; at += 16) {
    const block = data.subarray(at, at + 16);
    const made = xor(aes.update(xor(block, before)), after);
    [before, after] = [made, block];
    out.push(made);
  }
  return join(...out);
}

// -- Numbers, strings, ids: lessons 02 and 03, sheet "bytes", 1 to 4

const int = (value) => {
  const out = Buffer.alloc(4);
  out.writeInt32LE(value);
  return out;
};
const long = (value) => {
  const out = Buffer.alloc(8);
  out.writeBigInt64LE(value);
  return out;
};
const big = (data) => BigInt(`0x${data.toString("hex") || "0"}`);

function fixed(value, size) {
  return hex(value.toString(16).padStart(2 * size, "0"));
}

function string(body) {
  const long = join(Buffer.from([254]), int(body.length).subarray(0, 3));
  const head = body.length < 254 ? Buffer.from([body.length]) : long;
  return join(head, body, Buffer.alloc((4 - ((head.length + body.length) % 4)) % 4));
}

function number(value) {
  const digits = value.toString(16);
  return string(hex(digits.padStart(digits.length + (digits.length % 2), "0")));
}

function stringAt(data, at) {
  const [start, size] = data[at] === 254 ? [at + 4, data.readUIntLE(at + 1, 3)] : [at + 1, data[at]];
  return [data.subarray(start, start + size), start + size + ((4 - ((start + size - at) % 4)) % 4)];
}

function crc32(data) {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const out = Buffer.alloc(4);
  out.writeUInt32LE((crc ^ 0xffffffff) >>> 0);
  return out;
}

const idOf = (line) => crc32(Buffer.from(line));

// -- Frames: lesson 04, sheet "bytes", 6

const FRAMINGS = {
  abridged: {
    tag: hex("ef"),
    wrap(packet) {
      const words = packet.length / 4;
      return join(words < 127 ? Buffer.from([words]) : join(Buffer.from([127]), int(words).subarray(0, 3)), packet);
    },
    async read(take) {
      const words = (await take(1))[0];
      return take(4 * (words < 127 ? words : (await take(3)).readUIntLE(0, 3)));
    },
  },
  intermediate: {
    tag: hex("eeeeeeee"),
    wrap: (packet) => join(int(packet.length), packet),
    read: async (take) => take((await take(4)).readInt32LE()),
  },
  padded: {
    tag: hex("dddddddd"),
    wrap: (packet) => FRAMINGS.intermediate.wrap(join(packet, randomBytes(randomBytes(1)[0] % 4))),
    async read(take) {
      const packet = await FRAMINGS.intermediate.read(take);
      if (packet.length < 20) return packet.subarray(0, 4);
      const plain = packet.subarray(0, 8).equals(Buffer.alloc(8));
      return plain ? packet : packet.subarray(0, packet.length - ((packet.length - 24) % 16));
    },
  },
  full: {
    tag: Buffer.alloc(0),
    sent: 0,
    wrap(packet) {
      const frame = join(int(packet.length + 12), int(this.sent++), packet);
      return join(frame, crc32(frame));
    },
    async read(take) {
      const head = await take(4);
      if (head.readInt32LE() < 0) return head;
      const rest = await take(head.readInt32LE() - 4);
      if (!crc32(join(head, rest.subarray(0, -4))).equals(rest.subarray(-4))) fail("a damaged frame");
      return rest.subarray(4, -4);
    },
  },
};

// -- Obfuscation: lesson 05, sheet "bytes", 7

const FORBIDDEN = [
  "ef", "eeeeeeee", "dddddddd", "48454144", "504f5354", "47455420", "4f505449", "16030102",
];

const stream = (random64) => createCipheriv("aes-256-ctr", random64.subarray(8, 40), random64.subarray(40, 56));

function allowed() {
  let random64 = randomBytes(64);
  const forbidden = () => FORBIDDEN.some((start) => random64.toString("hex").startsWith(start));
  while (forbidden() || random64.readInt32LE(4) === 0) random64 = randomBytes(64);
  return random64;
}

function obfuscated(tag, random64 = allowed(), dc = random64.readInt16LE(60)) {
  const clear = Buffer.from(random64);
  join(tag, tag, tag, tag).copy(clear, 56, 0, 4);
  clear.writeInt16LE(dc, 60);
  const out = stream(random64);
  const header = join(clear.subarray(0, 56), out.update(clear).subarray(56));
  return { header, out, inwards: stream(Buffer.from(random64).reverse()) };
}

class Connection {
  constructor(socket, framing, hide) {
    this.socket = socket;
    this.framing = FRAMINGS[framing];
    this.hidden = hide ? obfuscated(this.framing.tag) : null;
    this.buffer = Buffer.alloc(0);
    this.wake = () => {};
    socket.on("data", (data) => {
      this.buffer = join(this.buffer, this.hidden ? this.hidden.inwards.update(data) : data);
      this.wake();
    });
    socket.on("close", () => {
      this.closed = true;
      this.wake();
    });
    socket.write(this.hidden ? this.hidden.header : this.framing.tag);
    this.take = this.take.bind(this);
  }

  send(packet) {
    const frame = this.framing.wrap(packet);
    this.socket.write(this.hidden ? this.hidden.out.update(frame) : frame);
  }

  async take(size) {
    while (this.buffer.length < size) {
      if (this.closed) fail("the data centre hung up");
      await new Promise((done) => (this.wake = done));
    }
    const taken = this.buffer.subarray(0, size);
    this.buffer = this.buffer.subarray(size);
    return taken;
  }

  async receive() {
    const packet = await this.framing.read(this.take);
    if (packet.length === 4) fail(`transport error ${packet.readInt32LE()}`);
    return packet;
  }
}

// -- The plain packet: lesson 06, sheet "exchange", Envelope of all six

let lastMsgId = 0n;

function newMsgId(offset = 0) {
  const now = BigInt(Math.floor((Date.now() / 1000 + offset) * 1000)) * (1n << 32n) / 1000n;
  lastMsgId = now - (now % 4n) > lastMsgId ? now - (now % 4n) : lastMsgId + 4n;
  return lastMsgId;
}

async function ask(connection, body, ...names) {
  connection.send(join(Buffer.alloc(8), long(newMsgId()), int(body.length), body));
  const packet = await connection.receive();
  const answer = packet.subarray(20, 20 + packet.readInt32LE(16));
  if (!names.includes(answer.toString("hex", 0, 4))) fail(`unexpected ${answer.toString("hex", 0, 4)}`);
  return answer;
}

// -- The two factors: lesson 07

function gcd(one, other) {
  while (other) [one, other] = [other, one % other];
  return one < 0n ? -one : one;
}

function factors(pq) {
  for (let c = 1n; ; c++) {
    let [slow, fast, found] = [2n, 2n, 1n];
    const step = (x) => (x * x + c) % pq;
    while (found === 1n) {
      slow = step(slow);
      fast = step(step(fast));
      found = gcd(slow - fast, pq);
    }
    if (found !== pq) return found < pq / found ? [found, pq / found] : [pq / found, found];
  }
}

// -- RSA_PAD and the fingerprint: lesson 08, sheet "exchange", 2 and 3

function power(base, exponent, modulus) {
  let result = 1n;
  for (base %= modulus; exponent; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}

const fingerprint = (n, e) => sha1(number(n), number(e)).subarray(12, 20);

function rsaPad(data, n, e, padding = randomBytes(192 - data.length), draw = () => randomBytes(32)) {
  const dataWithPadding = join(data, padding);
  for (;;) {
    const tempKey = draw();
    const dataWithHash = join(Buffer.from(dataWithPadding).reverse(), sha256(tempKey, dataWithPadding));
    const aesEncrypted = ige(dataWithHash, tempKey, Buffer.alloc(32));
    const block = big(join(xor(tempKey, sha256(aesEncrypted)), aesEncrypted));
    if (block < n) return fixed(power(block, e, n), 256);
  }
}

// -- Diffie-Hellman and its checks: lesson 09, sheet "exchange", 4 and 5

const FITS = {
  2: [8n, [7n]], 3: [3n, [2n]], 4: [1n, [0n]], 5: [5n, [1n, 4n]], 6: [24n, [19n, 23n]], 7: [7n, [3n, 5n, 6n]],
};
const known = new Set();

function checkGroup(g, p) {
  if (!known.has(p)) {
    if (p.toString(2).length !== 2048 || !checkPrimeSync(p) || !checkPrimeSync(p / 2n)) fail("dh_prime");
    known.add(p);
  }
  if (!FITS[g]?.[1].includes(p % FITS[g][0])) fail("g");
}

function checkPublic(value, p) {
  if (value < 1n << 1984n || value > p - (1n << 1984n)) fail("g_a");
}

// -- Making a key: lessons 06 to 10, sheet "exchange", 1 to 6 and Then

const randomNonce = (size, zeros) => (zeros ? join(Buffer.alloc(1), randomBytes(size - 1)) : randomBytes(size));

async function makeKey(connection, dc, zeros, expiresIn) {
  const [n, e] = [BigInt(`0x${dc.n}`), BigInt(dc.e)];
  const [nonce, newNonce] = [randomNonce(16, zeros), randomNonce(32, zeros)];
  let answer = await ask(connection, join(hex("f18e7ebe"), nonce), "63241605");
  const serverNonce = answer.subarray(20, 36);
  const [pq, at] = stringAt(answer, 36);
  const places = Array.from({ length: answer.readInt32LE(at + 4) }, (_, each) => at + 8 + 8 * each);
  const ours = fingerprint(n, e);
  if (!answer.subarray(4, 20).equals(nonce)) fail("another nonce");
  if (!places.some((place) => answer.subarray(place, place + 8).equals(ours))) fail("no key of ours");
  const both = join(nonce, serverNonce);
  const pAndQ = join(...factors(big(pq)).map(number));
  const inner = join(string(pq), pAndQ, both, newNonce, int(dc.dc_id));
  const data = expiresIn ? join(hex("88dffd56"), inner, int(expiresIn)) : join(hex("955ff5a9"), inner);
  answer = await ask(connection, join(hex("bee412d7"), both, pAndQ, ours, string(rsaPad(data, n, e))), "5c07e8d0");
  const [one, other] = [sha1(newNonce, serverNonce), sha1(serverNonce, newNonce)];
  const key = join(one, other.subarray(0, 12));
  const iv = join(other.subarray(12, 20), sha1(newNonce, newNonce), newNonce.subarray(0, 4));
  const opened = ige(stringAt(answer, 36)[0], key, iv, true);
  const offer = opened.subarray(20, 584);
  const right = answer.subarray(4, 36).equals(both) && offer.subarray(4, 36).equals(both);
  if (!right || !sha1(offer).equals(opened.subarray(0, 20))) fail("the answer is not of this exchange");
  const g = offer.readInt32LE(36);
  const offset = offer.readInt32LE(560) - Date.now() / 1000;
  const [p, gA] = [40, 300].map((place) => big(stringAt(offer, place)[0]));
  checkGroup(g, p);
  checkPublic(gA, p);
  for (let retryId = Buffer.alloc(8); ; ) {
    let b = big(randomBytes(256));
    let made = power(gA, b, p);
    while (zeros && made >> 2040n) [b, made] = [b + 1n, (made * gA) % p]; // the next b: one multiplication
    const gB = power(BigInt(g), b, p);
    checkPublic(gB, p);
    const authKey = fixed(made, 256);
    const half = join(hex("54b64366"), both, retryId, number(gB));
    const padding = randomBytes((16 - ((20 + half.length) % 16)) % 16);
    const sealed = ige(join(sha1(half), half, padding), key, iv);
    answer = await ask(connection, join(hex("1f5f04f5"), both, string(sealed)), "34f7cb3b", "b91fdc46");
    const kind = answer.toString("hex", 0, 4) === "34f7cb3b" ? 1 : 2;
    const aux = sha1(authKey).subarray(0, 8);
    const proof = sha1(newNonce, Buffer.from([kind]), aux).subarray(4);
    const proven = answer.subarray(4, 36).equals(both) && answer.subarray(36, 52).equals(proof);
    if (!proven) fail("new_nonce_hash proves nothing");
    if (kind === 1) return { key: authKey, salt: xor(newNonce.subarray(0, 8), serverNonce.subarray(0, 8)), offset };
    retryId = aux;
  }
}

// -- Sealing: lessons 12 and 13, sheet "exchange", Then

function scheduleV1(key, msgKey) {
  const a = sha1(msgKey, key.subarray(0, 32));
  const b = sha1(key.subarray(32, 48), msgKey, key.subarray(48, 64));
  const c = sha1(key.subarray(64, 96), msgKey);
  const d = sha1(msgKey, key.subarray(96, 128));
  const aesKey = join(a.subarray(0, 8), b.subarray(8, 20), c.subarray(4, 16));
  return [aesKey, join(a.subarray(8, 20), b.subarray(0, 8), c.subarray(16, 20), d.subarray(0, 8))];
}

function scheduleV2(key, msgKey, x) {
  const a = sha256(msgKey, key.subarray(x, x + 36));
  const b = sha256(key.subarray(40 + x, 76 + x), msgKey);
  const cut = (outer, inner) => join(outer.subarray(0, 8), inner.subarray(8, 24), outer.subarray(24));
  return [cut(a, b), cut(b, a)];
}

// -- Messages and answers: lessons 03, 13, 16 and 20, sheet "bytes", 5

const unpacked = (body) => (body.toString("hex", 0, 4) === "a1cf7230" ? unzipSync(stringAt(body, 4)[0]) : body);

function bodies(packed) {
  const body = unpacked(packed);
  if (body.toString("hex", 0, 4) !== "dcf8f173") return [body];
  const found = [];
  for (let at = 8, left = body.readInt32LE(4); left > 0; left--) {
    const size = body.readInt32LE(at + 12);
    found.push(unpacked(body.subarray(at + 16, at + 16 + size)));
    at += 16 + size;
  }
  return found;
}

class Session {
  constructor(connection, { key, salt, offset }) {
    Object.assign(this, { connection, key, salt, offset, id: randomBytes(8), calls: 0, resent: 0 });
  }

  /** The result of the call that `build` makes for a msg_id; built anew after every bad_server_salt. */
  async call(build) {
    for (;;) {
      const msgId = long(newMsgId(this.offset));
      const body = build(msgId);
      const head = join(this.salt, this.id, msgId, int(2 * this.calls++ + 1), int(body.length), body);
      const message = join(head, randomBytes(12 + ((16 - ((head.length + 12) % 16)) % 16)));
      const msgKey = sha256(this.key.subarray(88, 120), message).subarray(8, 24);
      const sealed = ige(message, ...scheduleV2(this.key, msgKey, 0));
      this.connection.send(join(sha1(this.key).subarray(12), msgKey, sealed));
      const result = await this.answer(msgId);
      if (result) return result;
      this.resent++;
    }
  }

  async answer(msgId) {
    for (;;) {
      const packet = await this.connection.receive();
      const msgKey = packet.subarray(8, 24);
      const message = ige(packet.subarray(24), ...scheduleV2(this.key, msgKey, 8), true);
      const hash = sha256(this.key.subarray(96, 128), message).subarray(8, 24);
      const right = packet.subarray(0, 8).equals(sha1(this.key).subarray(12)) && hash.equals(msgKey);
      if (!right) fail("a packet that is not the data centre's");
      if (!message.subarray(8, 16).equals(this.id)) fail("another session");
      for (const body of bodies(message.subarray(32, 32 + message.readInt32LE(28)))) {
        const [id, about] = [body.toString("hex", 0, 4), body.subarray(4, 12).equals(msgId)];
        if (id === "016d5cf3" && about) return unpacked(body.subarray(12));
        if (id === "11f8efa7" && about) fail(`bad_msg_notification ${body.readInt32LE(16)}`);
        if (id === "0809c29e" || (id === "7b44abed" && about)) this.salt = body.subarray(20, 28);
        if (id === "7b44abed" && about) return null;
      }
    }
  }
}

// -- The binding: lessons 14 to 16, sheet "exchange", The bind

function binding(permKey, tempKey, sessionId, expiresAt, msgId) {
  const [nonce, permId] = [randomBytes(8), sha1(permKey).subarray(12)];
  const inner = join(hex("65f7a375"), nonce, sha1(tempKey).subarray(12), permId, sessionId, int(expiresAt));
  const envelope = join(randomBytes(16), msgId, int(0), int(inner.length), inner);
  const msgKey = sha1(envelope).subarray(4);
  const sealed = join(permId, msgKey, ige(join(envelope, randomBytes(8)), ...scheduleV1(permKey, msgKey)));
  return join(hex("052ad4cd"), permId, nonce, int(expiresAt), string(sealed));
}

// -- All of it: lessons 18 and 20

async function main(words) {
  const dc = JSON.parse(readFileSync(words[0], "utf8"));
  const framing = words.includes("--framing") ? words[words.indexOf("--framing") + 1] : "intermediate";
  const zeros = words.includes("--zeros");
  const socket = connect(dc.port, dc.address);
  await new Promise((done, broken) => socket.once("connect", done).once("error", broken));
  const connection = new Connection(socket, framing, words.includes("--obfuscated"));
  const perm = await makeKey(connection, dc, zeros);
  const temp = await makeKey(connection, dc, zeros, 86400);
  const session = new Session(connection, temp);
  const expiresAt = Math.floor(Date.now() / 1000 + temp.offset) + 86400 - 10;
  const bound = await session.call((msgId) => binding(perm.key, temp.key, session.id, expiresAt, msgId));
  if (!bound.equals(idOf("boolTrue = Bool"))) fail(`not bound: ${stringAt(bound, 8)[0]}`);
  const texts = ["stranger", "stranger", "stranger", "en", "", "en"].map((text) => string(Buffer.from(text)));
  const head = join(hex("0d0d9bda"), int(214), hex("a95ecdc1"), int(0), int(1), ...texts);
  const near = await session.call(() => join(head, idOf("help.getNearestDc = NearestDc")));
  const [country, at] = stringAt(near, 4);
  const config = await session.call(() => join(idOf("help.getAppConfig hash:int = help.AppConfig"), int(0)));
  console.log(JSON.stringify({
    bound: true, keys: [perm.key[0] === 0, temp.key[0] === 0], country: country.toString(),
    this_dc: near.readInt32LE(at), near: near.toString("hex", 0, 4), config: config.toString("hex", 0, 4),
    resent: session.resent,
  }));
  socket.end();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));

export {
  FRAMINGS, big, bodies, checkGroup, checkPublic, factors, fail, fingerprint, fixed, hex, idOf, ige, int, join, long,
  number, obfuscated, power, rsaPad, scheduleV1, scheduleV2, sha1, sha256, string, stringAt, unpacked, xor,
};
