// mtcute against a data centre of our own: `node client.mjs SETTINGS`, then one method name a line on standard input.
import { MemoryStorage, TelegramClient } from '@mtcute/node'
import { NodeCryptoProvider } from '@mtcute/node/utils.js'
import { addPublicKey } from '@mtcute/core/utils.js'
import { IntermediatePacketCodec, ObfuscatedPacketCodec } from '@mtcute/core'
import { connectWs } from '@fuman/net'
import readline from 'node:readline'
import { WebSocket } from 'ws'

const { host, port, dc_id: dcId, public_key_pem: pem, pfs = true, web = false } = JSON.parse(process.argv[2])
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')

const crypto = new NodeCryptoProvider()
await crypto.initialize?.()
addPublicKey(crypto, pem)

const testMode = dcId > 10000
const dc = { id: dcId % 10000, ipAddress: host, port, testMode }
// What its package for browsers does, with the address of this data centre.
const transport = {
  connect: () => connectWs({ url: `ws://${host}:${port}/apiws`, implementation: WebSocket, protocols: 'binary' }),
  packetCodec: () => new ObfuscatedPacketCodec(new IntermediatePacketCodec()),
}
const client = new TelegramClient({
  apiId: 12345,
  apiHash: '0'.repeat(32),
  storage: new MemoryStorage(),
  disableUpdates: true,
  testMode,
  defaultDcs: { main: dc, media: { ...dc, mediaOnly: true } },
  network: { usePfs: pfs },
  ...(web ? { transport } : {}),
  logLevel: 2,
})
client.log.mgr.handler = (_, level, tag, text, args) => console.error(level, tag, text, ...args.map(String))

await client.connect()
for await (const method of readline.createInterface({ input: process.stdin })) {
  try {
    const answer = await client.call({ _: method, hash: 0 })
    say({ answer: answer._, this_dc: answer.thisDc })
  } catch (error) {
    say({ error: String(error.message ?? error) })
  }
}
process.exit(0)
