// A client that binds through a WebSocket, for node and for a page: it shares no code with mtlib.
// `bind({url, n, fingerprint, dc})` gives the answer to auth.bindTempAuthKey in hex, or throws what went wrong.

const PATIENCE = 15_000

// -- Bytes and numbers

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]))
const random = (size) => crypto.getRandomValues(new Uint8Array(size))
const xor = (a, b) => a.map((byte, at) => byte ^ b[at])
const number = (bytes) => BigInt('0x' + (hex(bytes) || '0'))
const big = (value, size) => unhex(value.toString(16).padStart(2 * size, '0'))
const little = (value, size) => big(BigInt.asUintN(8 * size, BigInt(value)), size).reverse()
const unlittle = (bytes) => Number(number(bytes.slice().reverse()))
const digest = async (name, ...parts) => new Uint8Array(await crypto.subtle.digest(name, join(...parts)))
const sha1 = (...parts) => digest('SHA-1', ...parts)
const sha256 = (...parts) => digest('SHA-256', ...parts)

function power(base, exponent, modulus) {
  let result = 1n
  for (base %= modulus; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % modulus
    base = (base * base) % modulus
  }
  return result
}

function factor(n) {
  const gcd = (a, b) => (b ? gcd(b, a % b) : a)
  for (let c = 1n; ; c++) {
    let slow = 2n, fast = 2n, found = 1n
    while (found === 1n) {
      let product = 1n
      for (let step = 0; step < 128; step++) {
        slow = (slow * slow + c) % n
        fast = (fast * fast + c) % n
        fast = (fast * fast + c) % n
        product = (product * (slow > fast ? slow - fast : fast - slow)) % n
      }
      found = gcd(product, n)
    }
    if (found !== n) return [found, n / found].sort((a, b) => (a < b ? -1 : 1))
  }
}

// -- TL

function string(data) {
  const head = data.length < 254 ? [data.length] : [254, ...little(data.length, 3)]
  return join(head, data, new Uint8Array((4 - ((head.length + data.length) % 4)) % 4))
}

function reader(data, at = 0) {
  const take = (size) => data.slice(at, (at += size))
  return {
    take,
    string() {
      const [first] = take(1)
      const head = first < 254 ? 1 : 4
      const size = first < 254 ? first : unlittle(take(3))
      const body = take(size)
      at += (4 - ((head + size) % 4)) % 4
      return body
    },
    get at() { return at },
  }
}

// -- AES: FIPS 197

const SBOX = new Uint8Array(256)
const BACK = new Uint8Array(256)
const twice = (byte) => ((byte << 1) ^ (byte & 128 ? 0x11b : 0)) & 255
function times(a, b) {
  let result = 0
  for (; b; b >>= 1, a = twice(a)) if (b & 1) result ^= a
  return result
}
for (let p = 1, q = 1, first = true; first || p !== 1; first = false) {
  p = p ^ twice(p)
  q ^= q << 1; q ^= q << 2; q ^= q << 4; q &= 255
  if (q & 128) q ^= 9
  const turn = (by) => ((q << by) | (q >> (8 - by))) & 255
  SBOX[p] = q ^ turn(1) ^ turn(2) ^ turn(3) ^ turn(4) ^ 0x63
}
SBOX[0] = 0x63
SBOX.forEach((value, at) => { BACK[value] = at })
const MIX = [2, 3, 9, 11, 13, 14].reduce((all, by) => ({ ...all, [by]: SBOX.map((_, at) => times(at, by)) }), {})

function schedule(key) {
  const words = []
  for (let at = 0; at < 8; at++) words.push([...key.slice(4 * at, 4 * at + 4)])
  for (let at = 8, round = 1; at < 60; at++) {
    let word = [...words[at - 1]]
    if (at % 8 === 0) {
      word = [...word.slice(1), word[0]].map((byte) => SBOX[byte])
      word[0] ^= round
      round = twice(round)
    } else if (at % 8 === 4) word = word.map((byte) => SBOX[byte])
    words.push(word.map((byte, i) => byte ^ words[at - 8][i]))
  }
  return Array.from({ length: 15 }, (_, round) => words.slice(4 * round, 4 * round + 4).flat())
}

function encrypted(block, keys) {
  let state = xor(block, keys[0])
  for (let round = 1; round < 15; round++) {
    const moved = state.map((_, at) => SBOX[state[(at + 4 * (at % 4)) % 16]])
    const mixed = round === 14 ? moved : moved.map((byte, at) => {
      const [b, c, d] = [1, 2, 3].map((by) => moved[at - (at % 4) + ((at + by) % 4)])
      return MIX[2][byte] ^ MIX[3][b] ^ c ^ d
    })
    state = xor(mixed, keys[round])
  }
  return state
}

function decrypted(block, keys) {
  let state = xor(block, keys[14])
  for (let round = 13; round >= 0; round--) {
    const moved = xor(state.map((_, at) => BACK[state[(at + 16 - 4 * (at % 4)) % 16]]), keys[round])
    state = round === 0 ? moved : moved.map((byte, at) => {
      const [b, c, d] = [1, 2, 3].map((by) => moved[at - (at % 4) + ((at + by) % 4)])
      return MIX[14][byte] ^ MIX[11][b] ^ MIX[13][c] ^ MIX[9][d]
    })
  }
  return state
}

function ige(data, key, iv, forwards) {
  const keys = schedule(key), out = new Uint8Array(data.length)
  let [one, other] = forwards ? [iv.slice(0, 16), iv.slice(16)] : [iv.slice(16), iv.slice(0, 16)]
  for (let at = 0; at < data.length; at += 16) {
    const block = data.slice(at, at + 16)
    const made = xor((forwards ? encrypted : decrypted)(xor(block, one), keys), other)
    out.set(made, at)
    one = made
    other = block
  }
  return out
}

function keystream(key, iv) {
  const keys = schedule(key)
  let counter = number(iv), left = []
  return (data) => data.map((byte) => {
    if (!left.length) {
      left = [...encrypted(big(counter, 16), keys)]
      counter = (counter + 1n) % (1n << 128n)
    }
    return byte ^ left.shift()
  })
}

// -- The line: intermediate frames, obfuscated, in a WebSocket

async function dial(url) {
  const socket = new WebSocket(url, 'binary')
  socket.binaryType = 'arraybuffer'
  await new Promise((good, bad) => { socket.onopen = good; socket.onerror = () => bad(new Error('it does not open')) })
  const head = random(64)
  head[0] = 1
  head.set([0xee, 0xee, 0xee, 0xee], 56)
  const back = head.slice().reverse()
  const hide = keystream(head.slice(8, 40), head.slice(40, 56)), show = keystream(back.slice(8, 40), back.slice(40, 56))
  let came = [], wake = () => {}, closed = false
  socket.onmessage = (event) => { came.push(...show(new Uint8Array(event.data))); wake() }
  socket.onclose = () => { closed = true; wake() }
  const hidden = hide(head)
  socket.send(join(head.slice(0, 56), hidden.slice(56)))
  const until = Date.now() + PATIENCE
  async function read(size) {
    while (came.length < size) {
      if (closed) throw new Error('the connection was closed')
      if (Date.now() > until) throw new Error('no answer')
      await new Promise((done) => { wake = done; setTimeout(done, 200) })
    }
    return Uint8Array.from(came.splice(0, size))
  }
  return {
    protocol: socket.protocol,
    close: () => socket.close(),
    send: (packet) => socket.send(hide(join(little(packet.length, 4), packet))),
    receive: async () => {
      const packet = await read(unlittle(await read(4)))
      if (packet.length === 4) throw new Error(`transport error ${unlittle(packet) - 2 ** 32}`)
      return packet
    },
  }
}

// -- Keys

let last = 0n
function msgId() {
  const now = (BigInt(Date.now()) << 32n) / 1000n & ~3n
  last = now > last ? now : last + 4n
  return last
}

async function exchange(line, { n, fingerprint, dc }, expiresIn) {
  const ask = async (...parts) => {
    const body = join(...parts)
    line.send(join(new Uint8Array(8), little(msgId(), 8), little(body.length, 4), body))
    return (await line.receive()).slice(20)
  }
  const nonce = random(16), newNonce = random(32)
  const first = reader(await ask(unhex('f18e7ebe'), nonce), 20)
  const serverNonce = first.take(16), pq = first.string()
  const [p, q] = factor(number(pq)).map((each) => big(each, 4))
  const times = expiresIn === null ? [] : little(expiresIn, 4)
  const inner = join(unhex(expiresIn === null ? '955ff5a9' : '88dffd56'), string(pq), string(p), string(q), nonce,
    serverNonce, newNonce, little(dc, 4), times)
  const padded = join(inner, random(192 - inner.length))
  let sealed
  do {
    const key = random(32)
    const aes = ige(join(padded.slice().reverse(), await sha256(key, padded)), key, new Uint8Array(32), true)
    sealed = number(join(xor(key, await sha256(aes)), aes))
  } while (sealed >= n)
  const second = reader(await ask(unhex('bee412d7'), nonce, serverNonce, string(p), string(q),
    unhex(fingerprint).reverse(), string(big(power(sealed, 65537n, n), 256))), 36)
  const [ns, sn] = [await sha1(newNonce, serverNonce), await sha1(serverNonce, newNonce)]
  const aesKey = join(ns, sn.slice(0, 12))
  const aesIv = join(sn.slice(12), await sha1(newNonce, newNonce), newNonce.slice(0, 4))
  const answer = reader(ige(second.string(), aesKey, aesIv, false), 20 + 36)
  const g = BigInt(unlittle(answer.take(4))), prime = number(answer.string()), ga = number(answer.string())
  const b = number(random(256))
  const data = join(unhex('54b64366'), nonce, serverNonce, new Uint8Array(8), string(big(power(g, b, prime), 256)))
  const hashed = join(await sha1(data), data)
  const whole = join(hashed, random((16 - (hashed.length % 16)) % 16))
  const key = big(power(ga, b, prime), 256)
  const third = await ask(unhex('1f5f04f5'), nonce, serverNonce, string(ige(whole, aesKey, aesIv, true)))
  if (hex(third.slice(0, 4)) !== '34f7cb3b') throw new Error(`no key: ${hex(third.slice(0, 4))}`)
  const hash = await sha1(key)
  const proof = (await sha1(newNonce, [1], hash.slice(0, 8))).slice(4)
  if (hex(proof) !== hex(third.slice(36, 52))) throw new Error('new_nonce_hash1 proves nothing')
  return { key, id: hash.slice(12), salt: xor(newNonce.slice(0, 8), serverNonce.slice(0, 8)) }
}

// -- Messages

async function scheduled(key, msgKey, x) {
  const a = await sha256(msgKey, key.slice(x, x + 36)), b = await sha256(key.slice(40 + x, 76 + x), msgKey)
  return [join(a.slice(0, 8), b.slice(8, 24), a.slice(24)), join(b.slice(0, 8), a.slice(8, 24), b.slice(24))]
}

async function sealed({ key, id, salt }, session, id64, seqno, body) {
  const message = join(salt, session, little(id64, 8), little(seqno, 4), little(body.length, 4), body)
  const plain = join(message, random(12 + ((16 - ((message.length + 12) % 16)) % 16)))
  const msgKey = (await sha256(key.slice(88, 120), plain)).slice(8, 24)
  return join(id, msgKey, ige(plain, ...(await scheduled(key, msgKey, 0)), true))
}

async function opened({ key }, packet) {
  const msgKey = packet.slice(8, 24)
  const plain = ige(packet.slice(24), ...(await scheduled(key, msgKey, 8)), false)
  if (hex((await sha256(key.slice(96, 128), plain)).slice(8, 24)) !== hex(msgKey)) throw new Error('msg_key is wrong')
  return plain.slice(32, 32 + unlittle(plain.slice(28, 32)))
}

function messages(body) {
  if (hex(body.slice(0, 4)) !== 'dcf8f173') return [body]
  const from = reader(body, 8)
  return Array.from({ length: unlittle(body.slice(4, 8)) }, () => {
    from.take(12)
    return from.take(unlittle(from.take(4)))
  })
}

async function request(perm, temp, session, id64, expiresAt) {
  const nonce = random(8), until = little(expiresAt, 4)
  const inner = join(unhex('65f7a375'), nonce, temp.id, perm.id, session, until)
  const envelope = join(random(16), little(id64, 8), little(0, 4), little(40, 4), inner)
  const msgKey = (await sha1(envelope)).slice(4)
  const part = (from, to) => perm.key.slice(from, to)
  const [a, b, c, d] = [await sha1(msgKey, part(0, 32)), await sha1(part(32, 48), msgKey, part(48, 64)),
    await sha1(part(64, 96), msgKey), await sha1(msgKey, part(96, 128))]
  const key = join(a.slice(0, 8), b.slice(8), c.slice(4, 16)), iv = join(a.slice(8), b.slice(0, 8), c.slice(16), d.slice(0, 8))
  const seal = join(perm.id, msgKey, ige(join(envelope, random(8)), key, iv, true))
  return join(unhex('052ad4cd'), perm.id, nonce, until, string(seal))
}

export async function bind({ url, n, fingerprint, dc }) {
  const line = await dial(url)
  try {
    const server = { n: BigInt('0x' + n), fingerprint, dc }
    const perm = await exchange(line, server, null), temp = await exchange(line, server, 86400)
    const session = random(8), id64 = msgId()
    const body = await request(perm, temp, session, id64, Math.floor(Date.now() / 1000) + 86400)
    line.send(await sealed(temp, session, id64, 1, body))
    for (;;) {
      for (const each of messages(await opened(temp, await line.receive()))) {
        const ours = hex(each.slice(0, 12)) === '016d5cf3' + hex(little(id64, 8))
        if (ours) return { protocol: line.protocol, answer: hex(each.slice(12)) }
      }
    }
  } finally {
    line.close()
  }
}
