// mtcute opens binding messages: one JSON line in ({ perm_key, encrypted_message } in hex), one out.
import { NodeCryptoProvider } from '@mtcute/node/utils.js'
import { createAesIgeForMessageOld } from '@mtcute/core/utils.js'
import readline from 'node:readline'

const crypto = new NodeCryptoProvider()
await crypto.initialize?.()
const hex = (bytes) => Buffer.from(bytes).toString('hex')

for await (const line of readline.createInterface({ input: process.stdin })) {
  const given = JSON.parse(line)
  const sealed = Buffer.from(given.encrypted_message, 'hex')
  const msgKey = sealed.subarray(8, 24)
  const ige = createAesIgeForMessageOld(crypto, Buffer.from(given.perm_key, 'hex'), msgKey, true)
  const plaintext = Buffer.from(ige.decrypt(sealed.subarray(24)))
  const length = plaintext.readInt32LE(28)
  console.log(JSON.stringify({
    perm_auth_key_id: sealed.readBigInt64LE(0).toString(),
    msg_key: hex(msgKey),
    hashed: hex(crypto.sha1(plaintext.subarray(0, 32 + length)).subarray(4, 20)),
    msg_id: plaintext.readBigInt64LE(16).toString(),
    seqno: plaintext.readInt32LE(24),
    inner: hex(plaintext.subarray(32, 32 + length)),
    padding: plaintext.length - 32 - length,
  }))
}
