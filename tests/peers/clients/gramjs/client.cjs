// GramJS against a data centre of our own: `node client.cjs SETTINGS`, then one method name a line on standard input.
// Its fork teleproto has the same modules in the same places: `library` names the one of the two that is installed.
const crypto = require('crypto')
const readline = require('readline')
const bigInt = require('big-integer')

const settings = JSON.parse(process.argv[2])
const { host, port, dc_id: dcId, public_key_pem: pem, fingerprint, transport = 'full', library = 'telegram' } = settings
const { Api, TelegramClient } = require(library)
const { StringSession } = require(`${library}/sessions`)
const { LogLevel } = require(`${library}/extensions/Logger`)
const connections = require(`${library}/network/connection`)
const { _serverKeys } = require(`${library}/crypto/RSA`)
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')
const TRANSPORTS = {
  full: connections.ConnectionTCPFull,
  abridged: connections.ConnectionTCPAbridged,
  obfuscated: connections.ConnectionTCPObfuscated,
}
const QUERIES = {
  'help.getNearestDc': () => new Api.help.GetNearestDc(),
  'help.getConfig': () => new Api.help.GetConfig(),
}

const key = crypto.createPublicKey(pem).export({ format: 'jwk' })
const number = (text) => bigInt(Buffer.from(text, 'base64url').toString('hex'), 16)
_serverKeys.set(BigInt.asIntN(64, BigInt('0x' + fingerprint)).toString(), { n: number(key.n), e: number(key.e).toJSNumber() })

// GramJS dials 80 or 443, whatever port its session holds, and the session can hold none above 32767.
class Connection extends TRANSPORTS[transport] {
  constructor(options) {
    super({ ...options, ip: host, port })
  }
}

async function main() {
  const session = new StringSession('')
  session.setDC(dcId % 10000, host, 443)
  const proxy = settings.secret && { ip: host, port, MTProxy: true, secret: settings.secret }
  const options = { connection: Connection, connectionRetries: 3, proxy }
  const client = new TelegramClient(session, 12345, '0'.repeat(32), options)
  client.setLogLevel(LogLevel.ERROR)
  await client.connect()
  for await (const method of readline.createInterface({ input: process.stdin })) {
    const answer = await client.invoke(QUERIES[method]())
    say({ answer: answer.className, this_dc: answer.thisDc })
  }
}

main()
  .catch((error) => say({ error: String(error.message ?? error) }))
  .finally(() => process.exit(0))
