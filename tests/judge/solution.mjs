// The recipe of auth.bindTempAuthKey in JavaScript, with nothing but node:crypto, for the judge:
//
//     python -m mtlib judge -- node tests/judge/solution.mjs
//
// `--fault NAME` does one thing wrong, so that the judge can be judged. The names stand in FAULTS.

import { createCipheriv, createHash } from "node:crypto";
import { createInterface } from "node:readline";

const FAULTS = [
  "id-first-half", "key-stripped", "doubles", "no-constructor", "ids-swapped", "big-endian", "seqno-one",
  "padding-hashed", "sha1-first-16", "x-8", "b-and-c-swapped", "cbc", "iv-halves-swapped", "no-head", "fe-head",
  "seqno-zero", "v2-without-padding", "perm-id-in-front",
  "stops-half-way", "dies", "hangs", "babbles", "not-hex", "endless-line",
];
const fault = process.argv.includes("--fault") ? process.argv[process.argv.indexOf("--fault") + 1] : "";
if (fault && !FAULTS.includes(fault)) throw new Error(`no such fault: ${fault}`);
const is = (name) => fault === name;

const bytes = (hex) => Buffer.from(hex, "hex");
const join = (...parts) => Buffer.concat(parts);
const hash = (name) => (...parts) => createHash(name).update(join(...parts)).digest();
const sha1 = hash("sha1"), sha256 = hash("sha256");

function long(text) {
  const out = Buffer.alloc(8);
  let value = BigInt(is("doubles") ? Number(text) : text);
  if (is("doubles")) value = BigInt.asIntN(64, value);
  if (is("big-endian")) out.writeBigInt64BE(value);
  else out.writeBigInt64LE(value);
  return out;
}

function int(value) {
  const out = Buffer.alloc(4);
  out.writeInt32LE(value);
  return out;
}

function key(hex) {
  let value = bytes(hex);
  while (is("key-stripped") && value[0] === 0) value = value.subarray(1);
  return value;
}

function string(body) {
  if (is("no-head")) return body;
  const head = is("fe-head") ? Buffer.from([254, body.length, 0, 0]) : Buffer.from([body.length]);
  return join(head, body, Buffer.alloc((4 - ((head.length + body.length) % 4)) % 4));
}

const xor = (a, b) => a.map((value, at) => value ^ b[at]);

function ige(data, aesKey, iv) {
  const aes = createCipheriv("aes-256-ecb", aesKey, null).setAutoPadding(false);
  const halves = [iv.subarray(0, 16), iv.subarray(16, 32)];
  let [before, plain] = is("iv-halves-swapped") ? halves.reverse() : halves;
  const out = [];
  for (let at = 0; at < data.length; at += 16) {
    const block = data.subarray(at, at + 16);
    const sealed = aes.update(xor(block, before));
    before = is("cbc") ? sealed : xor(sealed, plain);
    plain = block;
    out.push(before);
  }
  return join(...out);
}

const x = is("x-8") ? 8 : 0;
const b = (first, second) => (is("b-and-c-swapped") ? [second, first] : [first, second]);

const steps = {
  auth_key_id: (v) => {
    const digest = sha1(key(v.perm_auth_key));
    return is("id-first-half") ? digest.subarray(0, 8) : digest.subarray(12);
  },
  inner: (v) => {
    const ids = [v.temp_auth_key_id, v.perm_auth_key_id].map(long);
    if (is("ids-swapped")) ids.reverse();
    const body = join(long(v.nonce), ...ids, long(v.temp_session_id), int(v.expires_at));
    return is("no-constructor") ? body : join(bytes("65f7a375"), body);
  },
  envelope: (v) => join(bytes(v.random), long(v.msg_id), int(is("seqno-one") ? 1 : 0), int(40), bytes(v.inner)),
  msg_key: (v) => {
    const digest = is("padding-hashed") ? sha1(bytes(v.envelope), bytes(v.padding)) : sha1(bytes(v.envelope));
    return is("sha1-first-16") ? digest.subarray(0, 16) : digest.subarray(4, 20);
  },
  sha1_a: (v) => sha1(bytes(v.msg_key), key(v.perm_auth_key).subarray(x, x + 32)),
  sha1_b: (v) => {
    const k = key(v.perm_auth_key);
    return sha1(k.subarray(x + 32, x + 48), bytes(v.msg_key), k.subarray(x + 48, x + 64));
  },
  sha1_c: (v) => sha1(key(v.perm_auth_key).subarray(x + 64, x + 96), bytes(v.msg_key)),
  sha1_d: (v) => sha1(bytes(v.msg_key), key(v.perm_auth_key).subarray(x + 96, x + 128)),
  aes_key: (v) => {
    const pieces = b(bytes(v.sha1_b).subarray(8, 20), bytes(v.sha1_c).subarray(4, 16));
    return join(bytes(v.sha1_a).subarray(0, 8), ...pieces);
  },
  aes_iv: (v) => {
    const pieces = b(bytes(v.sha1_b).subarray(0, 8), bytes(v.sha1_c).subarray(16, 20));
    return join(bytes(v.sha1_a).subarray(8, 20), ...pieces, bytes(v.sha1_d).subarray(0, 8));
  },
  ciphertext: (v) => ige(join(bytes(v.envelope), bytes(v.padding)), bytes(v.aes_key), bytes(v.aes_iv)),
  encrypted_message: (v) => join(long(v.perm_auth_key_id), bytes(v.msg_key), bytes(v.ciphertext)),
  request: (v) =>
    join(bytes("052ad4cd"), long(v.perm_auth_key_id), long(v.nonce), int(v.expires_at),
      string(bytes(v.encrypted_message))),
  message: (v) => {
    const body = bytes(v.request);
    const seqno = is("seqno-zero") ? 0 : v.seqno;
    return join(long(v.salt), long(v.session_id), long(v.msg_id), int(seqno), int(body.length), body,
      bytes(v.message_padding));
  },
  msg_key_v2: (v) => {
    const message = bytes(v.message);
    const hashed = is("v2-without-padding") ? message.subarray(0, 32 + message.readInt32LE(28)) : message;
    return sha256(key(v.temp_auth_key).subarray(88, 120), hashed).subarray(8, 24);
  },
  sha256_a: (v) => sha256(bytes(v.msg_key_v2), key(v.temp_auth_key).subarray(0, 36)),
  sha256_b: (v) => sha256(key(v.temp_auth_key).subarray(40, 76), bytes(v.msg_key_v2)),
  aes_key_v2: (v) => pieces(v.sha256_a, v.sha256_b),
  aes_iv_v2: (v) => pieces(v.sha256_b, v.sha256_a),
  packet: (v) => {
    const msgKey = steps.msg_key_v2(v).toString("hex");
    const hashes = { msg_key_v2: msgKey, temp_auth_key: v.temp_auth_key };
    const a = steps.sha256_a(hashes).toString("hex"), c = steps.sha256_b(hashes).toString("hex");
    const name = sha1(key(is("perm-id-in-front") ? v.perm_auth_key : v.temp_auth_key)).subarray(12);
    return join(name, bytes(msgKey), ige(bytes(v.message), pieces(a, c), pieces(c, a)));
  },
};

function pieces(outer, inner) {
  return join(bytes(outer).subarray(0, 8), bytes(inner).subarray(8, 24), bytes(outer).subarray(24, 32));
}

function misbehave(step) {
  if (is("stops-half-way") && step === "request") return '{"output": null}';
  if (is("dies") && step === "msg_key") throw new Error("msg_key is not written yet");
  if (is("babbles")) return "computing...";
  if (is("not-hex")) return '{"output": "MtFYbqRX38g="}';
  if (is("endless-line")) return "0".repeat(1 << 17);
  return "";
}

if (is("hangs")) setInterval(() => {}, 1000);
for await (const line of createInterface({ input: process.stdin })) {
  if (is("hangs")) continue;
  const { step, inputs } = JSON.parse(line);
  console.log(misbehave(step) || JSON.stringify({ output: steps[step](inputs).toString("hex") }));
}
