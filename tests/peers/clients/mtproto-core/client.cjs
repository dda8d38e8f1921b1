// @mtproto/core against a data centre of our own: `node client.cjs SETTINGS`, then one method name a line.
const crypto = require('crypto')
const os = require('os')
const path = require('path')
const readline = require('readline')
const MTProto = require('@mtproto/core')

const { host, port, dc_id: dcId, public_key_pem: pem, fingerprint } = JSON.parse(process.argv[2])
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')

const mtproto = new MTProto({
  api_id: 12345,
  api_hash: '0'.repeat(32),
  storageOptions: { path: path.join(os.tmpdir(), `mtproto-core-${process.pid}.json`) },
})
mtproto.dcList = [{ id: dcId % 10000, ip: host, port, test: dcId > 10000 }]

const key = crypto.createPublicKey(pem).export({ format: 'jwk' })
const hex = (text) => Buffer.from(text, 'base64url').toString('hex')
// Its table of keys goes by fingerprint in hexadecimal, without leading zeros.
const known = { [BigInt('0x' + fingerprint).toString(16)]: { modulus: hex(key.n), exponent: hex(key.e) } }
mtproto.crypto.rsa.getPublisKeysByHex = async () => known

async function main() {
  for await (const method of readline.createInterface({ input: process.stdin })) {
    const answer = await mtproto.call(method)
    say({ answer: answer._, this_dc: answer.this_dc })
  }
}

main()
  .catch((error) => say({ error: JSON.stringify(error) }))
  .finally(() => process.exit(0))
