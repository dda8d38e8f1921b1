"""The patients of a sixth author, who thought of the people: what they port from, what they debug with, what they paste,
and what they were answered. Each with its `truth`, its `kind`, the `text`, and in `want` what names it."""

# ruff: noqa

from unseen_sixth_client import *  # noqa: F403
ALL = []
_n = 0
STY = [0, 1, 3, 4, 6, 8, 10, 12]
def add(story, kind, truth, want, fn, seeds=1, **kw):
    """fn(w, style, names, js) -> text"""
    global _n
    for k in range(seeds):
        _n += 1
        w = W('%s/%s/%d' % (story, truth, k))
        style = STY[_n % len(STY)]
        ALL.append(dict(id='%s-%03d' % (story, _n), story=story, kind=kind, truth=truth, want=want, text=fn(w, style, _n % 3, _n % 5 == 0)))
def b1(story, truth, want, seeds=1, kind='single', what='request', tk=None, **o):
    """one built mistake; callables among o's values taking w are made beforehand"""
    def fn(w, style, names, js):
        oo = {k: (v.f(w) if isinstance(v, L) else v) for k, v in o.items()}
        t = dict(tk or {})
        for k, v in list(t.items()):
            if isinstance(v, L): t[k] = v.f(w)
        b = build(w, **oo)
        return text(w, b, what=t.pop('what', what), style=style, names=names, js=js, **t)
    add(story, kind, truth, want, fn, seeds)
class L:
    def __init__(s, f): s.f = f
H = dict(answer='boolTrue')
cut = lambda b, n: b[:n]
# ---------- 1 Go
S = 'go'
b1(S, 'copy() into an empty slice: msg_key is zeros in front, sealed right', 'msg_key', em=lambda p, m, c: p+bytes(16)+c)
b1(S, 'ciphertext never filled: 80 zeros', 'ciphertext|sealed|encrypted_data|zero', em=lambda p, m, c: p+m+bytes(80))
b1(S, 'key id slot stays zeros', 'perm_auth_key_id|auth_key_id|key_id', em=lambda p, m, c: bytes(8)+m+c)
b1(S, 'hash taken after encryption in place: SHA1(ciphertext)[4:20] in front', 'msg_key', em=lambda p, m, c: p+sha1(c)[4:20]+c)
b1(S, 'iv slice shared: second IGE starts with iv left by the first (ct0 of other)', 'iv', cipher=lambda k, v, p: ige(k, sha256(v), p))
b1(S, 'append aliasing: first 24 bytes of the blob overwritten by temp id', 'key_id|perm_auth_key_id|front', em=lambda p, m, c: bytes.fromhex('1122334455667788')+m+c)
b1(S, 'cap not len: 16 more zero bytes behind blob', 'size|append|bytes', em=lambda p, m, c: p+m+c+bytes(16))
b1(S, 'expires_at time.Duration nanoseconds', 'expires_at', exp=86400*10**9, rexp=86400*10**9)
b1(S, 'msg_id by UnixNano in plaintext, right outside', 'msg_id', emid=L(lambda w: w.now*10**9+123456788))
b1(S, 'message header id from a second call of newMsgID (4 later)', 'msg_id', emid=L(lambda w: w.mid-4))
# ---------- 2 Rust
S = 'rust'
b1(S, 'chunks_exact drops remainder: only 64 bytes encrypted, 88 in all', 'ciphertext|cut|size|72|padding', cipher=lambda k, v, p: ige(k, v, p[:64]))
b1(S, 'last block copied in the clear', 'ciphertext|clear|block|last|plain', cipher=lambda k, v, p: ige(k, v, p[:64])+p[64:])
b1(S, 'first block only is encrypted', 'ciphertext|clear|block|plain', cipher=lambda k, v, p: ige(k, v, p[:16])+p[16:])
b1(S, 'session as i32 sign extended in inner', 'session', sess=L(lambda w: struct.pack('<q', struct.unpack('<i', w.session[:4])[0])))
b1(S, 'msg_id truncated to u32 inside', 'msg_id', emid=L(lambda w: w.mid & 0xffffffff))
b1(S, 'temp id truncated to i32', 'temp_auth_key_id', tid=L(lambda w: struct.pack('<q', struct.unpack('<i', kid(w.temp)[:4])[0])))
b1(S, 'nonce inside is a second random draw', 'nonce', nonce=L(lambda w: w.r.randbytes(8)))
b1(S, 'perm id and temp id from the same variable: both temp', 'perm_auth_key_id', pid=L(lambda w: kid(w.temp)))
b1(S, 'both ids perm inside', 'temp_auth_key_id', tid=L(lambda w: kid(w.perm)))
# ---------- 3 JS
S = 'js'
dbl = lambda b: struct.pack('<q', int(float(signed(b)))) if abs(int(float(signed(b)))) < 2**63 else b
b1(S, 'session_id through a double (2^53)', 'session', sess=L(lambda w: dbl(w.session)))
b1(S, 'temp id through a double', 'temp_auth_key_id', tid=L(lambda w: dbl(kid(w.temp))))
b1(S, 'perm id through a double in inner', 'perm_auth_key_id', pid=L(lambda w: dbl(kid(w.perm))))
b1(S, 'nonce inside through a double', 'nonce', nonce=L(lambda w: dbl(w.nonce)))
b1(S, 'nonce in request through a double', 'nonce', rnonce=L(lambda w: dbl(w.nonce)))
b1(S, 'msg_id inside through a double', 'msg_id', emid=L(lambda w: signed(dbl(q(w.mid|0x7c)))), omid=L(lambda w: w.mid|0x7c))
b1(S, 'perm id of request through a double', 'perm_auth_key_id', rpid=L(lambda w: dbl(kid(w.perm))))
b1(S, 'hi/lo words of session exchanged', 'session', sess=L(lambda w: w.session[4:]+w.session[:4]))
b1(S, 'hi/lo words of msg_id exchanged', 'msg_id', emid=L(lambda w: ((w.mid & 0xffffffff) << 32) | (w.mid >> 32)))
b1(S, 'hi word of temp id lost', 'temp_auth_key_id', tid=L(lambda w: kid(w.temp)[:4]+bytes(4)))
b1(S, 'msg_id writeDoubleLE', 'msg_id', emid=L(lambda w: struct.unpack('<Q', struct.pack('<d', float(w.mid)))[0]))
b1(S, 'expires_at in ms wrapped', 'expires_at', exp=L(lambda w: w.exp*1000), rexp=L(lambda w: w.exp*1000))
b1(S, 'expires_at float inside', 'expires_at', exp=L(lambda w: struct.unpack('<I', struct.pack('<f', float(w.exp)))[0]))
b1(S, 'hex of key bytes without padStart', 'key', key=L(lambda w: (bytes.fromhex((lambda h: h if len(h) % 2 == 0 else h+'0')(''.join('%x' % x for x in w.perm)))+bytes(256))[:256]))
b1(S, 'Buffer.from(key,"ascii"): bit 7 stripped of the key', 'key', key=L(lambda w: bytes(x & 127 for x in w.perm)))
b1(S, 'key toString() utf8 and back: replacement chars', 'key', key=L(lambda w: (w.perm.decode('utf8', 'replace').encode())[:256]))
b1(S, 'random16 is Math.random text', 'healthy', kind='healthy', rand=b'0.73519283746512', tk=H)
# ---------- 4 Java
S = 'java'
b1(S, 'PKCS5 on already padded: 16 more', 'padding|size', padded=lambda p, d: p+d+b'\x10'*16)
b1(S, 'PKCS7 padding 8 x 08', 'healthy', kind='healthy', pad=b'\x08'*8, tk=H)
b1(S, 'arraycopy 12 of 16 bytes of msg_key, rest zeros (in front only)', 'msg_key', em=lambda p, m, c: p+m[:12]+bytes(4)+c)
b1(S, 'msg_key sign: hash of hex string', 'msg_key', mk=lambda pl, pd: sha1(pl.hex().encode())[4:20])
b1(S, 'msg_key of SHA-1 over the inner alone', 'msg_key', mk=lambda pl, pd: sha1(pl[32:72])[4:20])
b1(S, 'msg_key of SHA-1 without the 16 random', 'msg_key', mk=lambda pl, pd: sha1(pl[16:72])[4:20])
b1(S, 'msg_key over first 71 (inclusive end)', 'msg_key', mk=lambda pl, pd: sha1(pl[:71])[4:20])
b1(S, 'msg_key over 73', 'msg_key', mk=lambda pl, pd: sha1(pd[:73])[4:20])
b1(S, 'copyOfRange(3,19)', 'msg_key', mk=lambda pl, pd: sha1(pl)[3:19])
b1(S, 'copyOfRange(5,..)', 'msg_key', mk=lambda pl, pd: sha1(pl)[5:20]+b'\0')
b1(S, 'ByteBuffer reversed msg_key', 'msg_key', mk=lambda pl, pd: sha1(pl)[4:20][::-1])
b1(S, 'static MessageDigest not reset: two updates', 'msg_key', mk=lambda pl, pd: sha1(pl+pl)[4:20])
# ---------- 5 C++
S = 'cpp'
b1(S, 'struct alignment: 4 bytes after constructor and at end', 'align|nonce|four|constructor|4 bytes|inner', inner=L(lambda w: b'\x65\xf7\xa3\x75'+bytes(4)+w.nonce+kid(w.temp)+kid(w.perm)+w.session+i4(w.exp)+bytes(4)), elen=i4(48))
b1(S, 'alignment after constructor, length kept 40 and cut', 'align|nonce|four|constructor|4 bytes|inner', inner=L(lambda w: (b'\x65\xf7\xa3\x75'+bytes(4)+w.nonce+kid(w.temp)+kid(w.perm)+w.session+i4(w.exp))[:40]))
b1(S, 'sizeof pointer as length: 8', 'length', elen=i4(8))
b1(S, 'length 80 (sizeof buffer)', 'length', elen=i4(80))
def at_a_zero(w, *_):
    w.perm = w.perm[:60].replace(b'\0', b'\1')+b'\0'+w.perm[61:]
    return text(w, build(w, key=w.perm[:60]+bytes(196)))
add(S, 'single', 'strcpy of key: stops at first zero', 'key_as_text', at_a_zero)
b1(S, 'pointer written for nonce', 'nonce', nonce=q(0x7ffd4a3b2c10))
b1(S, 'uninitialised cd random', 'healthy', kind='healthy', rand=b'\xcd'*16, pad=b'\xcd'*8, tk=H)
b1(S, 'uninitialised expires inside', 'expires_at', exp=0xcdcdcdcd)
b1(S, 'session of pointer in inner', 'session', sess=q(0x5581e0c3a2b0))
b1(S, 'constructor bytes overwritten by zero', 'constructor', ctor=bytes(4))
b1(S, 'vtable pointer in front of struct: 8 bytes', 'constructor|inner|8|eight', inner=L(lambda w: q(0x55d0c1a2b3c8)+b'\x65\xf7\xa3\x75'+w.nonce+kid(w.temp)+kid(w.perm)+w.session+i4(w.exp)))
# ---------- 6 PHP
S = 'php'
b1(S, 'sha1 hex text used for msg_key (substr(sha1(x),4,16))', 'msg_key', mk=lambda pl, pd: hashlib.sha1(pl).hexdigest()[4:20].encode())
b1(S, 'substr(sha1(x,true),-16)', 'healthy', kind='healthy', mk=lambda pl, pd: sha1(pl)[-16:], tk=H)
b1(S, 'substr(.., 4) of 16 but sha1(hex)', 'msg_key', mk=lambda pl, pd: sha1(pl)[:16])
b1(S, 'random16 too short: 8 bytes', 'random|8|eight|salt|missing', rand=L(lambda w: w.rand[:8]))
b1(S, 'openssl_random_pseudo_bytes(16) doubled: 32 bytes', 'random|16|sixteen', rand=L(lambda w: w.rand+w.rand))
b1(S, 'inner serialised as string with TL length', 'length|string|inner|constructor', plain=L(lambda w: w.rand+q(w.mid)+i4(0)+i4(40)+tlb(b'\x65\xf7\xa3\x75'+w.nonce+kid(w.temp)+kid(w.perm)+w.session+i4(w.exp))))
# ---------- 7 Python gist
S = 'gist'
b1(S, 'native struct "qqiIi..": 4 pad after 3 ints', 'align|nonce|four|constructor|4 bytes|inner|length', plain=L(lambda w: w.rand+q(w.mid)+i4(0)+i4(40)+b'\x65\xf7\xa3\x75'+bytes(4)+w.nonce+kid(w.temp)+kid(w.perm)+w.session+i4(w.exp)))
b1(S, 'str(bytes) for the blob', 'text|size|encrypted', em=lambda p, m, c: str(p+m+c).encode())
b1(S, 'iv halves exchanged', 'iv', cipher=lambda k, v, p: ige(k, v[16:]+v[:16], p))
b1(S, 'ige_decrypt called', 'decrypt', cipher=lambda k, v, p: ige(k, v, p, True))
b1(S, 'encrypted twice', 'twice|again|ciphertext', cipher=lambda k, v, p: ige(k, v, ige(k, v, p)))
b1(S, 'pyaes CBC with iv[:16]', 'cbc', cipher=lambda k, v, p: cbc(k, v[:16], p))
b1(S, 'CTR with iv[:16]', 'ctr', cipher=lambda k, v, p: ctr(k, v[:16], p))
b1(S, 'CTR with zero iv', 'ctr', cipher=lambda k, v, p: ctr(k, bytes(16), p))
b1(S, 'CTR with iv[16:]', 'ctr', cipher=lambda k, v, p: ctr(k, v[16:], p))
b1(S, 'CBC zero iv', 'cbc', cipher=lambda k, v, p: cbc(k, bytes(16), p))
b1(S, 'ige with zero iv', 'iv', cipher=lambda k, v, p: ige(k, bytes(32), p))
b1(S, 'id is SHA1[:8] inside', 'perm_auth_key_id', pid=L(lambda w: sha1(w.perm)[:8]))
b1(S, 'temp id is SHA1[:8]', 'temp_auth_key_id', tid=L(lambda w: sha1(w.temp)[:8]))
b1(S, 'front id aux hash', 'perm_auth_key_id|key_id|front', front=L(lambda w: sha1(w.perm)[:8]))
b1(S, 'front id temp', 'perm_auth_key_id|key_id|front|temp', front=L(lambda w: kid(w.temp)))
b1(S, 'request perm id is temp id', 'perm_auth_key_id', rpid=L(lambda w: kid(w.temp)))
# ---------- 8 LLM
S = 'llm'
def llm(truth, want, **o): b1('llm', truth, want, **o)
add('llm', 'single', 'msg_key by v2, kdf v1', 'msg_key|v2|2.0', lambda w, s, n, j: text(w, build(w, mk=lambda pl, pd: sha256(w.perm[88:120]+pd)[8:24]), style=s, names=n, js=j))
llm('kdf v2, msg_key v1', 'v2|2.0|schedule|kdf|aes', kdf=kdf2)
import hmac
add('llm', 'single', 'HMAC-SHA1(perm, plain)[4:20]', 'msg_key', lambda w, s, n, j: text(w, build(w, mk=lambda pl, pd: hmac.new(w.perm, pl, 'sha1').digest()[4:20]), style=s, names=n, js=j))
add('llm', 'single', 'SHA1(perm + plain)[4:20]', 'msg_key', lambda w, s, n, j: text(w, build(w, mk=lambda pl, pd: sha1(w.perm+pl)[4:20]), style=s, names=n, js=j))
llm('MD5 msg_key', 'msg_key', mk=lambda pl, pd: hashlib.md5(pl).digest())
llm('SHA512[4:20]', 'msg_key', mk=lambda pl, pd: hashlib.sha512(pl).digest()[4:20])
llm('SHA1(SHA1)', 'msg_key', mk=lambda pl, pd: sha1(sha1(pl))[4:20])
llm('SHA3-256', 'msg_key', mk=lambda pl, pd: hashlib.sha3_256(pl).digest()[8:24])
llm('GCM with tag (96)', 'gcm|ciphertext|cipher', cipher=lambda k, v, p: (lambda e: e.update(p)+(e.finalize() or b'')+e.tag)(Cipher(algorithms.AES(k), modes.GCM(v[:12])).encryptor()))
llm('temp_session_id 0', 'session', sess=bytes(8))
llm('temp_session_id = msg_id', 'session', sess=L(lambda w: q(w.mid)))
llm('expires_at a duration', 'expires_at', exp=86400, rexp=86400)
llm('expires_at 0', 'expires_at', exp=0, rexp=0)
llm('expires_at inside is one second later (time() twice)', 'expires_at', exp=L(lambda w: w.exp+1))
llm('seqno 1 inside', 'seqno', eseq=i4(1))
llm('length 72', 'length', elen=i4(72))
llm('length 40 big endian is skipped: length 0', 'length', elen=i4(0))
llm('request constructor inside', 'constructor', ctor=b'\x05\x2a\xd4\xcd')
llm('sealed with temp key', 'temp', key=L(lambda w: w.temp))
llm('nonce 0 both', 'healthy', kind='healthy', nonce=bytes(8), rnonce=bytes(8), tk=H)
llm('RSA-like: msg_key prefix SHA1(data)+data as old RSA', 'sha1|hash|front|msg_key|ciphertext|plain', padded=lambda p, d: sha1(p)+p+bytes(4))
llm('PBKDF2 keys', 'aes_key|key|kdf|schedule', kdf=lambda a, m: (lambda z: (z[:32], z[32:]))(hashlib.pbkdf2_hmac('sha256', a, m, 100, 64)))
llm('HKDF-ish sha256(ak+mk)', 'aes_key|key|kdf|schedule', kdf=lambda a, m: (sha256(a+m), sha256(m+a)))
llm('secret-chat kdf: sha1 offsets by 8... x=8', '8', kdf=lambda a, m: kdf1(a, m, 8))
# ---------- slice slips (inclusive)
S = 'inclusive'
def sl(truth, f, want='sha1|slice|aes|schedule|piece'):
    b1(S, truth, want, kdf=f)
def k_a(n, m=0): return lambda a, k: join1(sha1(k+a[m:n]), *hashes1(a, k)[1:])
sl('sha1_a ak[0:33]', k_a(33)); sl('sha1_a ak[0:31]', k_a(31)); sl('sha1_a ak[1:33]', k_a(33, 1))
sl('sha1_b ak[32:49],[48:65]', lambda a, k: join1(sha1(k+a[:32]), sha1(a[32:49]+k+a[48:65]), *hashes1(a, k)[2:]))
sl('sha1_b ak[32:47]', lambda a, k: join1(sha1(k+a[:32]), sha1(a[32:47]+k+a[48:64]), *hashes1(a, k)[2:]))
sl('sha1_c ak[64:97]', lambda a, k: join1(*hashes1(a, k)[:2], sha1(a[64:97]+k), hashes1(a, k)[3]))
sl('sha1_c ak[64:95]', lambda a, k: join1(*hashes1(a, k)[:2], sha1(a[64:95]+k), hashes1(a, k)[3]))
sl('sha1_d ak[96:129]', lambda a, k: join1(*hashes1(a, k)[:3], sha1(k+a[96:129])))
sl('all inclusive', lambda a, k: join1(sha1(k+a[:33]), sha1(a[32:49]+k+a[48:65]), sha1(a[64:97]+k), sha1(k+a[96:129])))
sl('all one short', lambda a, k: join1(sha1(k+a[:31]), sha1(a[32:47]+k+a[48:63]), sha1(a[64:95]+k), sha1(k+a[96:127])))
sl('key halves exchanged', lambda a, k: (lambda K, V: (K[16:]+K[:16], V))(*kdf1(a, k)), 'key|half|halves')
sl('key: b from 7:19', lambda a, k: (lambda A, B, C, D: (A[:8]+B[7:19]+C[4:16], A[8:20]+B[:8]+C[16:20]+D[:8]))(*hashes1(a, k)))
sl('key: c from 3:15', lambda a, k: (lambda A, B, C, D: (A[:8]+B[8:20]+C[3:15], A[8:20]+B[:8]+C[16:20]+D[:8]))(*hashes1(a, k)))
sl('iv: d last 8', lambda a, k: (lambda A, B, C, D: (A[:8]+B[8:20]+C[4:16], A[8:20]+B[:8]+C[16:20]+D[12:20]))(*hashes1(a, k)))
sl('iv: c 0:4', lambda a, k: (lambda A, B, C, D: (A[:8]+B[8:20]+C[4:16], A[8:20]+B[:8]+C[0:4]+D[:8]))(*hashes1(a, k)))
sl('key: a 12:20', lambda a, k: (lambda A, B, C, D: (A[12:20]+B[8:20]+C[4:16], A[8:20]+B[:8]+C[16:20]+D[:8]))(*hashes1(a, k)))
sl('iv: a 0:12', lambda a, k: (lambda A, B, C, D: (A[:8]+B[8:20]+C[4:16], A[0:12]+B[:8]+C[16:20]+D[:8]))(*hashes1(a, k)))
sl('iv: b 12:20', lambda a, k: (lambda A, B, C, D: (A[:8]+B[8:20]+C[4:16], A[8:20]+B[12:20]+C[16:20]+D[:8]))(*hashes1(a, k)))
sl('iv reversed whole', lambda a, k: (lambda K, V: (K, V[::-1]))(*kdf1(a, k)), 'iv')
sl('key reversed whole', lambda a, k: (lambda K, V: (K[::-1], V))(*kdf1(a, k)), 'key')
# ---------- cipher details
S = 'ige'
def ige_words(k, v, p): return ige(k, v, p)
b1(S, 'IGE blocks in reversed order', 'block|ciphertext|order', cipher=lambda k, v, p: b''.join(ige(k, v, p)[i:i+16] for i in range(64, -1, -16)))
def ige_noprev(k, v, p):
    c, o = v[:16], b''
    for i in range(0, len(p), 16):
        c = ecb(k, bytes(x ^ y for x, y in zip(p[i:i+16], c))); o += c
    return o
def ige_wrongchain(k, v, p):
    a, bb, o = v[:16], v[16:], b''
    for i in range(0, len(p), 16):
        x = bytes(m ^ n for m, n in zip(p[i:i+16], a)); y = bytes(m ^ n for m, n in zip(ecb(k, x), bb)); o += y; a, bb = y, x
    return o
b1(S, 'chain remembers the xored plaintext', 'chain|memor|ige|plain|ciphertext', cipher=ige_wrongchain)
def ige_last(k, v, p):
    o = b''
    a, bb = v[:16], v[16:]
    for i in range(0, len(p), 16):
        y = bytes(m ^ n for m, n in zip(ecb(k, bytes(m ^ n for m, n in zip(p[i:i+16], a))), bb)); o += y; a = y
    return o
b1(S, 'second memory never moves on', 'chain|memor|ige|iv|ciphertext', cipher=ige_last)
def ige_first(k, v, p):
    o = b''
    a, bb = v[:16], v[16:]
    for i in range(0, len(p), 16):
        y = bytes(m ^ n for m, n in zip(ecb(k, bytes(m ^ n for m, n in zip(p[i:i+16], a))), bb)); o += y; bb = p[i:i+16]
    return o
b1(S, 'first memory never moves on', 'chain|memor|ige|iv|ciphertext', cipher=ige_first)
b1(S, 'every block restarts with iv', 'chain|memor|ige|iv|block|ciphertext', cipher=lambda k, v, p: b''.join(ige(k, v, p[i:i+16]) for i in range(0, 80, 16)))
b1(S, 'CFB', 'cfb|cipher', cipher=lambda k, v, p: Cipher(algorithms.AES(k), CFB(v[:16])).encryptor().update(p))
b1(S, 'OFB', 'ofb|cipher', cipher=lambda k, v, p: Cipher(algorithms.AES(k), OFB(v[:16])).encryptor().update(p))
b1(S, 'ige ok, then xored with iv', 'ciphertext|cipher|sealed|aes', cipher=lambda k, v, p: bytes(x ^ y for x, y in zip(ige(k, v, p), (v*3)[:80])))
b1(S, 'one byte of the ciphertext damaged (block 3)', 'ciphertext|block|byte|damaged', em=lambda p, m, c: p+m+c[:40]+bytes([c[40] ^ 1])+c[41:])
b1(S, 'msg_key last byte damaged', 'msg_key', em=lambda p, m, c: p+m[:15]+bytes([m[15] ^ 0x80])+c)
b1(S, 'AES-192', '192|key', cipher=lambda k, v, p: ige(k[:24], v, p))
b1(S, 'AES-128 first half', '128|key', cipher=lambda k, v, p: ige(k[:16], v, p))
b1(S, 'AES-128 second half', '128|key', cipher=lambda k, v, p: ige(k[16:], v, p))
# ---------- answers
def whole(w, b, answer, extra='', **k): return text(w, b, answer=answer, extra=extra, **k)
S = 'answers'
def ans(truth, want, answer, kind='single', what='request', seeds=1, told=None, **o):
    def fn(w, s, n, j):
        oo = {k: (v.f(w) if isinstance(v, L) else v) for k, v in o.items()}
        b = build(w, **oo)
        a = answer(w, b) if callable(answer) else answer
        return text(w, b, what=what, style=s, names=n, answer=a, told=told(w, b) if told else None)
    add(S, kind, truth, want, fn, seeds)
A = lambda e, **k: (lambda w, b: server_packet(w, e(w, b), **k).hex())
R = lambda code, t: (lambda w, b: rpc_result(b['mid'], rpc_error(code, t)))
ok = dict(kind='answer')
ans('right; EMI as text', 'answer|ENCRYPTED', '400 ENCRYPTED_MESSAGE_INVALID', **ok)
ans('right; TEMP_AUTH_KEY_ALREADY_BOUND', 'bound', '400 TEMP_AUTH_KEY_ALREADY_BOUND', **ok)
ans('right; TEMP_AUTH_KEY_EMPTY', 'temp|empty', '400 TEMP_AUTH_KEY_EMPTY', **ok)
ans('right; EXPIRES_AT_INVALID', 'expires', '400 EXPIRES_AT_INVALID', **ok)
ans('right; -404', '404', '-404', **ok)
ans('right; FLOOD_WAIT_12', 'flood|wait', '420 FLOOD_WAIT_12', **ok)
ans('right; AUTH_KEY_UNREGISTERED', 'unregistered|log', '401 AUTH_KEY_UNREGISTERED', **ok)
ans('right; CONNECTION_NOT_INITED', 'init', '400 CONNECTION_NOT_INITED', **ok)
ans('right; AUTH_KEY_PERM_EMPTY', 'perm|bound', '401 AUTH_KEY_PERM_EMPTY', **ok)
ans('right; INPUT_METHOD_INVALID', 'answer|INPUT|method', 'RPC_ERROR 400: INPUT_METHOD_INVALID_3453233669_0', **ok)
ans('right; -503 Timeout', 'time', '-503 Timeout', **ok)
ans('right; MSG_WAIT_FAILED unknown', 'answer|MSG_WAIT', '500 MSG_WAIT_FAILED', **ok)
ans('right; packet with new_session + EMI in a container', 'answer|ENCRYPTED', lambda w, b: server_packet(w, container([(w.server_mid-8, 1, new_session(w, b['mid'])), (w.server_mid-4, 3, rpc_result(b['mid'], rpc_error(400, 'ENCRYPTED_MESSAGE_INVALID')))]), seq=2).hex(), **ok)
ans('right; container new_session, ack, true', 'healthy', lambda w, b: server_packet(w, container([(w.server_mid-8, 1, new_session(w, b['mid'])), (w.server_mid-4, 2, ack(b['mid'])), (w.server_mid-0, 3, rpc_result(b['mid'], TRUE))]), seq=4, mid=w.server_mid+4).hex(), kind='healthy')
ans('right; bad_server_salt plain body hex', 'salt', lambda w, b: bad_salt(b['mid'], 1, w.r.randbytes(8)).hex(), **ok)
ans('right; bad_msg 16', '16|clock|low|msg_id', lambda w, b: bad_msg(b['mid'], 1, 16).hex(), **ok)
ans('right; bad_msg 32 in packet', '32|seqno', A(lambda w, b: bad_msg(b['mid'], 1, 32)), **ok)
ans('right; gzipped rpc_error inside rpc_result', 'ENCRYPTED|answer', A(lambda w, b: rpc_result(b['mid'], gz(rpc_error(400, 'ENCRYPTED_MESSAGE_INVALID')))), **ok)
ans('right; gzipped true inside', 'healthy', A(lambda w, b: rpc_result(b['mid'], gz(TRUE))), kind='healthy')
ans('right; boolFalse', 'false', A(lambda w, b: rpc_result(b['mid'], FALSE)), **ok)
ans('right; only msgs_ack', 'ack|answer|no answer', A(lambda w, b: ack(b['mid'])), kind='answer')
ans('right; new_session_created only', 'answer|session', A(lambda w, b: new_session(w, b['mid'])), kind='answer')
ans('right; rpc_result for another msg_id: true', 'another|req_msg_id|msg_id|answer', A(lambda w, b: rpc_result(b['mid']-400, TRUE)), kind='answer')
ans('right; container: true for other request, EMI for this', 'ENCRYPTED|answer', A(lambda w, b: container([(w.server_mid-8, 1, rpc_result(b['mid']-400, TRUE)), (w.server_mid-4, 3, rpc_result(b['mid'], rpc_error(400, 'ENCRYPTED_MESSAGE_INVALID')))]), seq=4), kind='answer')
ans('right; container: EMI for earlier request, true for this', 'healthy', A(lambda w, b: container([(w.server_mid-8, 1, rpc_result(b['mid']-400, rpc_error(400, 'ENCRYPTED_MESSAGE_INVALID'))), (w.server_mid-4, 3, rpc_result(b['mid'], TRUE))]), seq=4), kind='healthy')
ans('right; -404 bytes', '404', '6cfeffff', **ok)
ans('right; -444', '444', '-444', **ok)
ans('right; -429', '429', 'transport error -429', **ok)
ans('right; nothing came: timeout text', 'answer|time|known', 'timeout, no answer', **ok)
ans('nonce differs AND answer -404', 'nonce', '-404', nonce=L(lambda w: w.r.randbytes(8)))
ans('session differs and answer in container', 'session', lambda w, b: server_packet(w, container([(w.server_mid-8, 1, new_session(w, b['mid'])), (w.server_mid-4, 3, rpc_result(b['mid'], rpc_error(400, 'ENCRYPTED_MESSAGE_INVALID')))]), seq=2).hex(), sess=L(lambda w: w.r.randbytes(8)))
ans('expires in the past, EXPIRES_AT_INVALID gz', 'expires_at', A(lambda w, b: rpc_result(b['mid'], gz(rpc_error(400, 'EXPIRES_AT_INVALID')))), exp=L(lambda w: w.now-50), rexp=L(lambda w: w.now-50))
ans('msg_id 400 s behind, bad_msg 16', 'msg_id', lambda w, b: bad_msg(b['mid'], 1, 16).hex(), omid=L(lambda w: ((w.now-400) << 32)+4))
ans('msg_id not a multiple of 4, bad_msg 18', 'msg_id', lambda w, b: bad_msg(b['mid'], 1, 18).hex(), omid=L(lambda w: w.mid+1))
ans('Telethon exception text', 'ENCRYPTED|answer', "telethon.errors.rpcerrorlist.EncryptedMessageInvalidError: Encrypted message invalid (caused by BindTempAuthKeyRequest)", **ok)
ans('pyrogram text', 'ENCRYPTED|answer', 'Telegram says: [400 ENCRYPTED_MESSAGE_INVALID] - The encrypted message is invalid (caused by "auth.BindTempAuthKey")', **ok)
ans('json answer', 'ENCRYPTED|answer', '{"_":"rpc_error","error_code":400,"error_message":"ENCRYPTED_MESSAGE_INVALID"}', **ok)
# ---------- yesterday's facts
S = 'yesterday'
def tl_(truth, want, told, kind='single', what='request', seeds=1, answer='400 ENCRYPTED_MESSAGE_INVALID', extra=None, drop=(), **o):
    def fn(w, s, n, j):
        oo = {k: (v.f(w) if isinstance(v, L) else v) for k, v in o.items()}
        b = build(w, **oo)
        return text(w, b, what=what, style=s, names=n, answer=answer, told=told(w, b) if told else None, drop=drop, extra=extra(w, b) if extra else '')
    add(S, kind, truth, want, fn, seeds)
tl_('told perm key is yesterday\'s; the bind right', 'perm|key|opens|another', lambda w, b: dict(perm=w.old))
tl_('told temp key is yesterday\'s; bind right', 'temp', lambda w, b: dict(temp=w.old))
tl_('told session is yesterday\'s', 'session', lambda w, b: dict(session=signed(w.r.randbytes(8))))
tl_('told msg_id of an earlier message', 'msg_id', lambda w, b: dict(mid=b['mid']-(86400 << 32)))
tl_('told now is yesterday', 'now|clock|msg_id|expires', lambda w, b: dict(now=w.now-86400))
tl_('blob sealed by yesterday\'s perm key, new ids', 'key', None, key=L(lambda w: w.old), extra=lambda w, b: 'other_keys: %s\n' % w.old.hex())
tl_('blob binds yesterday\'s temp key (told in other_keys)', 'temp_auth_key_id', None, tid=L(lambda w: kid(w.old)), extra=lambda w, b: 'other_keys: %s\n' % w.old.hex())
tl_('perm id inside of yesterday\'s (other_keys)', 'perm_auth_key_id', None, pid=L(lambda w: kid(w.old)), extra=lambda w, b: 'other_keys: %s\n' % w.old.hex())
tl_('right bind with told perm/temp both of yesterday', 'key', lambda w, b: dict(perm=w.old, temp=w.third))
tl_('packet: told temp of yesterday', 'temp|key|open', lambda w, b: dict(temp=w.old), what='packet')
tl_('packet: told perm of yesterday', 'perm|key|open', lambda w, b: dict(perm=w.old), what='packet')
tl_('packet right, stale salt told; bad_server_salt', 'salt', lambda w, b: dict(salt=signed(w.r.randbytes(8))), what='packet', answer='bad_server_salt')
# ---------- swapped labels
S = 'labels'
tl_('perm called temp and temp perm', 'swap|label|perm|temp|exchang|change', lambda w, b: dict(perm=w.temp, temp=w.perm))
tl_('perm called temp, packet', 'swap|label|perm|temp|exchang|change', lambda w, b: dict(perm=w.temp, temp=w.perm), what='packet')
tl_('both keys the same temp', 'perm|same|key', lambda w, b: dict(perm=w.temp))
tl_('both keys the same perm', 'temp|same|key', lambda w, b: dict(temp=w.perm))
tl_('session told is the msg_id, vice versa', 'session|msg_id', lambda w, b: dict(session=b['mid'], mid=signed(w.session)))
tl_('session told is the salt', 'session', lambda w, b: dict(session=signed(w.salt)))
tl_('session told is nonce', 'session', lambda w, b: dict(session=signed(w.nonce)))
tl_('session told big-endian of the bytes', 'session|healthy|order', lambda w, b: dict(session=struct.unpack('>q', w.session)[0]))
tl_('encrypted_message labelled request', '', lambda w, b: dict(request=b['em']), answer='boolTrue', kind='healthy')
tl_('request labelled encrypted_message', '', lambda w, b: dict(encrypted_message=b['request'], request=None), answer='boolTrue', kind='healthy')
tl_('packet labelled request', '', lambda w, b: dict(request=b['packet']), answer='boolTrue', kind='healthy', drop=('session', 'mid'))
# ---------- digit lost or doubled
S = 'digit'
def chop(h, k): return h[:k]+h[k+1:]
def dou(h, k): return h[:k]+h[k]+h[k:]
tl_('perm hex lost one digit', 'perm|digit|255|hex|key', lambda w, b: dict(perm=chop(w.perm.hex(), 77)), kind='refuse')
tl_('perm hex doubled one digit', 'perm|digit|hex|key', lambda w, b: dict(perm=dou(w.perm.hex(), 77)), kind='refuse')
tl_('temp hex lost a digit', 'temp|digit|hex', lambda w, b: dict(temp=chop(w.temp.hex(), 400)), kind='refuse')
tl_('session hex lost a digit', 'session|digit', lambda w, b: dict(session='0x'+chop('%016x' % struct.unpack('<Q', w.session)[0], 5)), kind='refuse')
tl_('session decimal lost a digit', 'session', lambda w, b: dict(session=chop(str(signed(w.session)), 6)), kind='refuse')
tl_('msg_id decimal doubled a digit', 'msg_id', lambda w, b: dict(mid=dou(str(b['mid']), 6)), kind='refuse')
tl_('msg_id decimal lost a digit', 'msg_id', lambda w, b: dict(mid=chop(str(b['mid']), 9)), kind='refuse')
tl_('request lost a digit', 'request|digit|hex', lambda w, b: dict(request=chop(b['request'].hex(), 90)), kind='refuse')
tl_('request lost two digits (a byte)', 'byte|131|request|size|short|miss', lambda w, b: dict(request=b['request'][:60]+b['request'][61:]), kind='refuse')
tl_('perm lost a byte', '255|perm|key', lambda w, b: dict(perm=w.perm[:100]+w.perm[101:]), kind='refuse')
tl_('perm one wrong digit in 2nd half (not used)', 'perm|key|id', lambda w, b: dict(perm=w.perm[:200]+bytes([w.perm[200] ^ 16])+w.perm[201:]), kind='refuse')
tl_('perm one wrong digit in first half', 'perm|key|id', lambda w, b: dict(perm=w.perm[:50]+bytes([w.perm[50] ^ 16])+w.perm[51:]), kind='refuse')
tl_('perm two digits exchanged', 'perm|key', lambda w, b: dict(perm=w.perm[:50]+bytes([(w.perm[50] >> 4) | ((w.perm[50] & 15) << 4)])+w.perm[51:]), kind='refuse')
tl_('temp one wrong digit', 'temp|key|id', lambda w, b: dict(temp=w.temp[:50]+bytes([w.temp[50] ^ 16])+w.temp[51:]), kind='refuse')
tl_('now lost a digit', 'now', lambda w, b: dict(now=str(w.now)[:-1]), kind='refuse')
tl_('now in ms', 'healthy', lambda w, b: dict(now=w.now*1000), kind='refuse', answer='boolTrue')
# ---------- 255
S = 'key255'
def z(w): w.perm = b'\0'+w.perm[1:]
def k255(truth, want, f, kind='single', seeds=1):
    def fn(w, s, n, j):
        z(w); return f(w, s, n)
    add(S, kind, truth, want, fn, seeds)
st = lambda w: w.perm[1:]
k255('told 256, sealed right', 'healthy', lambda w, s, n: text(w, build(w), style=s, answer='boolTrue'), kind='healthy')
k255('told 255 (stripped), sealed right', 'healthy', lambda w, s, n: text(w, build(w), style=s, answer='boolTrue', told=dict(perm=w.perm[1:])), kind='healthy')
k255('told 256, used 255 for the seal, ids of 256', 'zero|key', lambda w, s, n: text(w, build(w, key=st(w)), style=s))
k255('told 256, used 255 for ids only', 'id|zero', lambda w, s, n: text(w, build(w, pid=kid(st(w)), rpid=kid(st(w)), front=kid(st(w))), style=s))
k255('told 255, used 255 for all', 'zero|key', lambda w, s, n: text(w, build(w, key=st(w), pid=kid(st(w)), rpid=kid(st(w)), front=kid(st(w))), style=s, told=dict(perm=st(w))))
k255('told 256, used 255 for all', 'zero|key', lambda w, s, n: text(w, build(w, key=st(w), pid=kid(st(w)), rpid=kid(st(w)), front=kid(st(w))), style=s))
k255('zero put on the right, told right', 'key', lambda w, s, n: text(w, build(w, key=st(w)+b'\0'), style=s))
def ktemp(w, s, n, f):
    pass
def t255(truth, want, f, kind='single'):
    def fn(w, s, n, j):
        w.temp = b'\0'+w.temp[1:]; return f(w, s, n)
    add(S, kind, truth, want, fn)
t255('temp with zero, id of 255 inside', 'temp_auth_key_id|zero', lambda w, s, n: text(w, build(w, tid=kid(w.temp[1:])), style=s))
t255('temp with zero, right', 'healthy', lambda w, s, n: text(w, build(w), style=s, answer='boolTrue', told=dict(temp=w.temp[1:])), kind='healthy')
t255('temp with zero, packet sealed by 255', 'zero|temp|key', lambda w, s, n: text(w, build(w, okey=w.temp[1:]), what='packet', style=s))
# ---------- carried
S = 'carried'
def il(layer=214, no=False): return lambda r: bytes.fromhex('0d0d9bda')+i4(layer)+bytes.fromhex('a95ecdc1')+i4(0)+i4(2040)+tlb(b'PC 64bit')+tlb(b'Linux')+tlb(b'5.1')+tlb(b'en')+tlb(b'')+tlb(b'en')+r
def il_proxy(r): return bytes.fromhex('0d0d9bda')+i4(214)+bytes.fromhex('a95ecdc1')+i4(1)+i4(2040)+tlb(b'PC')+tlb(b'L')+tlb(b'5.1')+tlb(b'en')+tlb(b'')+tlb(b'en')+bytes.fromhex('3f8b5875')+tlb(b'1.2.3.4')+i4(443)+r
def cont(w, extra, seq, first=True):
    def f(r): pass
def c(truth, want, kind, answer='400 ENCRYPTED_MESSAGE_INVALID', told=None, seeds=1, what='packet', **o):
    def fn(w, s, n, j):
        oo = {k: (v.f(w) if isinstance(v, L) else v) for k, v in o.items()}
        b = build(w, **oo)
        return text(w, b, what=what, style=s, names=n, answer=answer, told=told(w, b) if told else None)
    add(S, kind, truth, want, fn, seeds)
hl = dict(want='healthy', kind='healthy', answer='boolTrue')
c('plain packet', **hl); c('in invokeWithLayer(initConnection)', wrap=il(), **hl); c('older layer 100', wrap=il(100), **hl); c('with proxy', wrap=il_proxy, **hl)
c('invokeWithoutUpdates', wrap=lambda r: bytes.fromhex('b7599 4bf'.replace(' ', ''))+r, **hl)
c('gzip_packed', wrap=gz, **hl)
c('gzip_packed in layer', wrap=lambda r: il()(gz(r)), **hl)
for pn in (12, 28, 252, 508, 1020): c('outer padding %d' % pn, opad=L(lambda w, pn=pn: w.r.randbytes(pn)), **hl)
c('seqno 7', oseq=7, **hl); c('seqno 2001', oseq=2001, **hl)
c('salt known', told=lambda w, b: dict(salt=signed(w.salt)), **hl)
def incont(w, extras, cm=8, cseq=None, mine=1, bad=None):
    """container: the bind's mid is w.mid; container's own mid is w.mid + cm"""
    def outer(msg):
        bmid, body = w.mid, msg[32:]
        ms = []
        for m, s, bb in extras(w): ms.append((m, s, bb))
        ms.insert(mine, (bmid, w.seq, body))
        cb = container(ms)
        return msg[:16]+q(w.mid+cm)+i4(2*sum(s & 1 for _, s, _ in ms) if cseq is None else cseq)+i4(len(cb))+cb
    return outer
pingx = lambda w: [(w.mid-8, 0, bytes.fromhex('ec77be7a')+q(77))]
ackx = lambda w: [(w.mid-8, 0, ack(w.server_mid-4000))]
two = lambda w: [(w.mid-8, 0, ack(w.server_mid-4000)), (w.mid+4, 2, bytes.fromhex('9f359992')+i4(0)+i4(0)+i4(25000))]
cfg = lambda w: [(w.mid+4, 3, il()(bytes.fromhex('6b18f9c4')))]
for nm, x, mi in (('ping', pingx, 1), ('ack', ackx, 1), ('ack+http_wait', two, 1), ('getConfig behind', cfg, 0), ('alone', lambda w: [], 0)):
    c('in a container with '+nm, outer=L(lambda w, x=x, mi=mi: incont(w, x, mine=mi)), **hl)
c('container: blob has the container\'s msg_id', 'msg_id', 'single', emid=L(lambda w: w.mid+8), outer=L(lambda w: incont(w, ackx)))
c('container: container id lower than content', 'container', 'single', outer=L(lambda w: incont(w, ackx, cm=-16)))
c('container: odd container seqno', 'container|seqno', 'single', outer=L(lambda w: incont(w, ackx, cseq=3)))
c('over permanent key', 'perm', 'single', answer='400 TEMP_AUTH_KEY_EMPTY', okey=L(lambda w: w.perm))
c('over another temp key', 'temp_auth_key_id', 'single', okey=L(lambda w: w.third), told=lambda w, b: dict(other_keys=w.third.hex()))
c('packet: session of another in outer', 'session', 'single', osess=L(lambda w: w.r.randbytes(8)))
c('packet: other msg_id outer', 'msg_id', 'single', emid=L(lambda w: w.mid-(3 << 32)))
c('seqno 0 outer', 'seqno', 'single', oseq=0, answer='bad_msg_notification 35')
c('length 148 outer', 'length', 'single', olen=148, answer='-404')
c('padding 1040', 'padding', 'single', opad=L(lambda w: w.r.randbytes(1036+16)), answer='-404')
c('outer v1', 'v1|1.0|mtproto', 'single', opkdf=kdf1, omk=lambda k, p, m: sha1(m)[4:20], answer='-404')
c('outer x=8', '8', 'single', opkdf=lambda a, m: kdf2(a, m, 8), omk=lambda k, p, m: sha256(k[96:128]+p)[8:24], answer='-404')
c('outer msg_key without padding', 'msg_key', 'single', omk=lambda k, p, m: sha256(k[88:120]+m)[8:24], answer='-404')
c('outer front id perm', 'id', 'single', ofront=L(lambda w: kid(w.perm)), answer='-404')
c('outer msg_id in the future 90 s', 'msg_id', 'single', omid=L(lambda w: w.mid+(90 << 32)), answer='bad_msg_notification 17')
c('outer msg_id odd', 'msg_id', 'single', omid=L(lambda w: w.mid+2), answer='bad_msg_notification 18')
c('outer salt 0', 'salt', 'single', osalt=bytes(8), answer='bad_server_salt')
c('outer salt wrong, told', 'salt', 'single', osalt=L(lambda w: w.r.randbytes(8)), answer='bad_server_salt', told=lambda w, b: dict(salt=signed(w.salt)))
c('salt and session exchanged', 'salt|session', 'single', osalt=L(lambda w: w.session), osess=L(lambda w: w.salt), answer='bad_server_salt')
c('trailing 4 zero after request', 'append|behind|trail|left', 'single', wrap=lambda r: r+bytes(4), answer='400 INPUT_REQUEST_TOO_LONG')
c('request without TL padding', 'padding|string|zero', 'single', request=lambda r, e: r[:-3])
c('v2 with 4 trailing transport bytes', 'size|behind|block|bytes', 'single', told=lambda w, b: dict(packet=b['packet']+b'\1\2\3\4'), answer='-404')
# ---------- lawful unusual
S = 'lawful'
def ok1(truth, **o): b1(S, truth, 'healthy', kind='healthy', tk=H, **o)
ok1('pad zero', pad=bytes(8)); ok1('rand zero', rand=bytes(16)); ok1('expires in 60 s', exp=L(lambda w: w.now+60), rexp=L(lambda w: w.now+60))
ok1('expires in 86430', exp=L(lambda w: w.now+86430), rexp=L(lambda w: w.now+86430)); ok1('expires in 7 days', exp=L(lambda w: w.now+7*86400), rexp=L(lambda w: w.now+7*86400))
ok1('nonce -1', nonce=b'\xff'*8, rnonce=b'\xff'*8); ok1('session 1', sess=q(1), osess=q(1), seeds=0)
def ok2(truth, f, seeds=1): add(S, 'healthy', truth, 'healthy', lambda w, s, n, j: f(w, s, n), seeds)
def setw(**k):
    def f(w, s, n):
        for a, v in k.items(): setattr(w, a, v(w) if callable(v) else v)
        return text(w, build(w), style=s, names=n, answer='boolTrue')
    return f
ok2('session 1', setw(session=q(1))); ok2('session -1', setw(session=b'\xff'*8)); ok2('session = nonce', setw(session=lambda w: w.nonce)); ok2('session=msg_id', setw(session=lambda w: q(w.mid)))
ok2('nonce = temp id', setw(nonce=lambda w: kid(w.temp))); ok2('nonce = perm id', setw(nonce=lambda w: kid(w.perm)))
ok2('nonce all 28', setw(nonce=b'\x28\0\0\0\0\0\0\0'))
ok2('rand = salt+session', setw(rand=lambda w: w.salt+w.session)); ok2('rand = temp id + perm id', setw(rand=lambda w: kid(w.temp)+kid(w.perm)))
ok2('msg_id low bits 0', setw(mid=lambda w: w.now << 32)); ok2('msg_id 290 s old', setw(mid=lambda w: (w.now-290) << 32)); ok2('msg_id 25 s ahead', setw(mid=lambda w: (w.now+25) << 32))
ok2('perm shares first 128 with temp', setw(temp=lambda w: w.perm[:128]+w.temp[128:]))
ok2('nonce looks like constructor', setw(nonce=bytes.fromhex('65f7a37565f7a375')))
ok2('told as unsigned', lambda w, s, n: text(w, build(w), style=s, told=dict(session=struct.unpack('<Q', w.session)[0]), answer='boolTrue'))
ok2('told as hex number', lambda w, s, n: text(w, build(w), style=s, told=dict(session='0x%016x' % struct.unpack('<Q', w.session)[0], mid='0x%x' % w.mid), answer='boolTrue'))
ok2('told nonce reversed both = number only', lambda w, s, n: text(w, build(w, nonce=w.nonce[::-1], rnonce=w.nonce[::-1]), style=s, answer='boolTrue'))
ok2('session reversed in both', lambda w, s, n: text(w, build(w, sess=w.session[::-1], osess=w.session[::-1]), style=s, answer='boolTrue', what='packet'))
ok2('em alone', lambda w, s, n: text(w, build(w), what='em', style=s, answer='boolTrue'))
ok2('answer unknown: none', lambda w, s, n: text(w, build(w), style=s, answer=None))
ok2('rand16 = plaintext of other binding', setw(rand=bytes.fromhex('65f7a375')+bytes(12)))
# ---------- cancelling
S = 'cancel'
def cn(truth, want, kind, answer='400 ENCRYPTED_MESSAGE_INVALID', **o): b1(S, truth, want, kind=kind, tk=dict(answer=answer), **o)
cn('perm id reversed everywhere', 'perm_auth_key_id|key_id', 'single', pid=L(lambda w: kid(w.perm)[::-1]), rpid=L(lambda w: kid(w.perm)[::-1]), front=L(lambda w: kid(w.perm)[::-1]))
cn('perm id is aux hash everywhere', 'perm_auth_key_id|key_id', 'single', pid=L(lambda w: sha1(w.perm)[:8]), rpid=L(lambda w: sha1(w.perm)[:8]), front=L(lambda w: sha1(w.perm)[:8]))
cn('expires_at ms wrapped in both', 'expires_at', 'single', exp=L(lambda w: (w.exp*1000) & 0xffffffff), rexp=L(lambda w: (w.exp*1000) & 0xffffffff))
cn('msg_key reversed in front, kdf with the right', 'msg_key', 'single', em=lambda p, m, c: p+m[::-1]+c)
cn('key reversed and slices from the reversed: = key_reversed', 'key', 'single', key=L(lambda w: w.perm[::-1]))
cn('temp/perm ids exchanged inside and request and front', 'perm_auth_key_id|temp|exchang', 'single', pid=L(lambda w: kid(w.temp)), tid=L(lambda w: kid(w.perm)), rpid=L(lambda w: kid(w.temp)), front=L(lambda w: kid(w.temp)))
cn('request nonce reversed', 'nonce', 'single', rnonce=L(lambda w: w.nonce[::-1]))
cn('inner nonce reversed', 'nonce', 'single', nonce=L(lambda w: w.nonce[::-1]))
cn('session both nonce: session field = nonce', 'session', 'single', sess=L(lambda w: w.nonce))
cn('nonce and session exchanged', 'nonce|session', 'double', nonce=L(lambda w: w.session), sess=L(lambda w: w.nonce))
cn('nonce+temp id exchanged', 'nonce|temp', 'double', nonce=L(lambda w: kid(w.temp)), tid=L(lambda w: w.nonce))
# ---------- doubles
S = 'double'
import itertools
ONE = {
 'nonce': (dict(nonce=L(lambda w: w.r.randbytes(8))), 'nonce'),
 'session': (dict(sess=L(lambda w: w.r.randbytes(8))), 'session'),
 'tid': (dict(tid=L(lambda w: sha1(w.temp)[:8])), 'temp_auth_key_id'),
 'pid': (dict(pid=L(lambda w: sha1(w.perm)[:8])), 'perm_auth_key_id'),
 'exp': (dict(exp=L(lambda w: w.exp+1)), 'expires_at'),
 'seq': (dict(eseq=i4(1)), 'seqno'),
 'len': (dict(elen=i4(72)), 'length'),
 'mid': (dict(emid=L(lambda w: w.mid-4)), 'msg_id'),
 'ctor': (dict(ctor=b'\x75\xa3\xf7\x65'), 'constructor'),
 'front': (dict(front=L(lambda w: kid(w.temp))), 'key_id|front'),
 'mk': (dict(mk=lambda pl, pd: sha1(pd)[4:20]), 'msg_key'),
 'x8': (dict(kdf=lambda a, m: kdf1(a, m, 8)), 'x_8|x = 8'),
 'ivz': (dict(cipher=lambda k, v, p: ige(k, bytes(32), p)), 'iv'),
 'rexp': (dict(rexp=86400), 'expires_at'),
 'rpid': (dict(rpid=L(lambda w: kid(w.temp))), 'perm_auth_key_id'),
 'oseq': (dict(oseq=0), 'seqno'),
 'osalt0': (dict(osalt=bytes(8)), 'salt'),
 'opad': (dict(opad=L(lambda w: w.r.randbytes(12))), None),
}
dr = random.Random('pairs')
names = [n for n in ONE if n != 'opad']
pairs = [x for x in itertools.combinations(names, 2) if set(x) not in ({'exp', 'rexp'},)]
dr.shuffle(pairs)
for a, bb in pairs[:72]:
    o = {**ONE[a][0], **ONE[bb][0]}
    pk = a in ('oseq', 'osalt0') or bb in ('oseq', 'osalt0')
    b1(S, a+' & '+bb, ONE[a][1]+' && '+ONE[bb][1], kind='double', seeds=1, what='packet' if pk else 'request', **o)
trip = [x for x in itertools.combinations(names, 3) if not {'exp', 'rexp'} <= set(x)]
dr.shuffle(trip)
for x in trip[:36]:
    o = {}
    for k in x: o.update(ONE[k][0])
    b1(S, ' & '.join(x), ' && '.join(ONE[k][1] for k in x), kind='double', seeds=1, what='packet' if {'oseq', 'osalt0'} & set(x) else 'request', **o)
# two in the same slice
S = 'sameslice'
def ss(truth, f, **o): b1(S, truth, 'sha1|slice|aes|schedule|piece|key', kind='double', kdf=f, **o)
ss('sha1_a: mk behind and one byte more', lambda a, k: join1(sha1(a[:33]+k), *hashes1(a, k)[1:]))
ss('sha1_b: order and cut', lambda a, k: join1(sha1(k+a[:32]), sha1(k+a[32:64]), *hashes1(a, k)[2:]))
ss('key b 0:12 and c 0:12', lambda a, k: (lambda A, B, C, D: (A[:8]+B[:12]+C[:12], A[8:20]+B[:8]+C[16:20]+D[:8]))(*hashes1(a, k)))
ss('sha1_c with d\'s slice, mk in front', lambda a, k: join1(*hashes1(a, k)[:2], sha1(k+a[96:128]), hashes1(a, k)[3]))
ss('x=8 and msg_key order in a', lambda a, k: join1(sha1(a[8:40]+k), *hashes1(a, k, 8)[1:]))
ss('iv b/c exchanged & d last', lambda a, k: (lambda A, B, C, D: (A[:8]+B[8:20]+C[4:16], A[8:20]+C[16:20]+B[:8]+D[12:]))(*hashes1(a, k)))
def raw(story, kind, truth, want, f, seeds=1): add(story, kind, truth, want, lambda w, s, n, j: f(w, s, n), seeds)
keys = lambda w: 'perm_auth_key: %s\ntemp_auth_key: %s\n' % (w.perm.hex(), w.temp.hex())
# variants of a mistake for carriers
MV = [('right', {}, 'healthy'), ('nonce', ONE['nonce'], 'nonce'), ('session', ONE['session'], 'session'), ('temp id', ONE['tid'], 'temp_auth_key_id'),
      ('expires', ONE['exp'], 'expires_at'), ('msg_key over padding', ONE['mk'], 'msg_key'), ('iv0', ONE['ivz'], 'iv')]
def mk(w, o): return build(w, **{k: (v.f(w) if isinstance(v, L) else v) for k, v in (o[0] if o else {}).items()})
EMI = lambda w, b: rpc_result(b['mid'], rpc_error(400, 'ENCRYPTED_MESSAGE_INVALID'))
OKA = lambda w, b: rpc_result(b['mid'], TRUE)
def ansof(w, b, right, cont=True):
    r = OKA(w, b) if right else EMI(w, b)
    return server_packet(w, container([(w.server_mid-8, 1, new_session(w, b['mid'])), (w.server_mid-4, 3, r)]), seq=4) if cont else server_packet(w, r)
for nm, o, want in MV:
    r = nm == 'right'; kd = 'healthy' if r else 'single'
    # Wireshark, both directions
    def wsh(w, s, n):
        b = mk(w, o)
        return keys(w)+'now: %d\n\nFrame 41 (client -> server), TCP payload (%d bytes)\n%s\n\nFrame 43 (server -> client), TCP payload\n%s\n' % (w.now, len(b['packet'])+4, wsdump(inter(b['packet'])), wsdump(inter(ansof(w, b, r))))
    raw('wireshark', kd, 'both directions as dumps: '+nm, want, wsh, 1)
    def wsh2(w, s, n):
        b = mk(w, o); up = abridged(b['packet']); dn = abridged(ansof(w, b, r, False))
        return keys(w)+'\n10.0.0.2:50122 -> 149.154.167.40:443  len=%d\n%s\n149.154.167.40:443 -> 10.0.0.2:50122  len=%d\n%s\n' % (len(up), up.hex(), len(dn), dn.hex())
    raw('wireshark', kd, 'one line hex per segment, abridged: '+nm, want, wsh2, 1)
    def strm(w, s, n):
        b = mk(w, o)
        return keys(w)+'stream: %s\nanswer: %s\n' % ((b'\xee'*4+inter(b['packet'])).hex(), 'boolTrue' if r else '400 ENCRYPTED_MESSAGE_INVALID')
    raw('wireshark', kd, 'stream: '+nm, want, strm, 1)
    def prox(w, s, n):
        b = mk(w, o)
        up = obfuscate(w.r, b'\xdd'*4, padded_inter(b['packet'], w.r))
        return keys(w)+'stream: %s\nnow: %d\nanswer: %s\n' % (up.hex(), w.now, 'boolTrue' if r else '400 ENCRYPTED_MESSAGE_INVALID')
    raw('proxy', kd, 'obfuscated padded, no secret: '+nm, want, prox, 1)
    def fl(w, s, n):
        b = mk(w, o)
        return keys(w)+'now: %d\nstream: %s\nanswer: %s\n' % (w.now, full(b['packet'], 0).hex(), 'true' if r else 'rpc_error 400 ENCRYPTED_MESSAGE_INVALID')
    raw('proxy', kd, 'full: '+nm, want, fl, 1)
    # two attempts, ask about the second
    def att(w, s, n):
        w2 = W('other'+nm); w2.perm = w.perm; w2.temp = w.r.randbytes(256); w2.now = w.now-40; w2.mid = w.mid-(40 << 32); w2.exp = w.exp-40
        b0 = mk(w2, ONE['len']); b = mk(w, o)
        return ('first attempt (yesterday, I fixed that):\n'+text(w2, b0, answer='400 ENCRYPTED_MESSAGE_INVALID')
                +'\nsecond attempt, what is wrong here?\n'+text(w, b, answer='boolTrue' if r else '400 ENCRYPTED_MESSAGE_INVALID'))
    raw('attempts', 'attempts' , 'two attempts, second: '+nm, want, att, 1)
    def att2(w, s, n):
        b0 = mk(w, ONE['len'])
        w2mid = w.mid; w.mid = w.mid+(5 << 32); b = mk(w, o)
        return (keys(w)+'session_id: %d\n\n[12:00:01] request: %s\n[12:00:01] msg_id: %d\n[12:00:01] answer: 400 ENCRYPTED_MESSAGE_INVALID\n[12:00:06] request: %s\n[12:00:06] msg_id: %d\n[12:00:06] answer: %s\n'
                % (signed(w.session), b0['request'].hex(), w2mid, b['request'].hex(), w.mid, 'boolTrue' if r else '400 ENCRYPTED_MESSAGE_INVALID'))
    raw('attempts', 'attempts', 'log of two attempts under one key, second: '+nm, want, att2, 1)
    # forms
    def tele(w, s, n):
        b = mk(w, o); R = b['request']
        return ('DEBUG:telethon.network.mtprotosender:Encrypting 1 message(s) in 148 bytes for sending\nBindTempAuthKeyRequest(perm_auth_key_id=%d, nonce=%d, expires_at=datetime.datetime.fromtimestamp(%d, tz=datetime.timezone.utc), encrypted_message=%r)\n'
                % (signed(kid(w.perm)), signed(w.nonce), w.exp, b['em']))+keys(w)+'session_id: %d\nmsg_id: %d\nanswer: %s\n' % (signed(w.session), w.mid, 'true' if r else 'RPCError 400: ENCRYPTED_MESSAGE_INVALID')
    raw('telethon', kd, 'Telethon repr: '+nm, want, tele, 1)
    def tljson(w, s, n):
        b = mk(w, o)
        return json.dumps({'_': 'auth.bindTempAuthKey', 'perm_auth_key_id': str(signed(kid(w.perm))), 'nonce': str(signed(w.nonce)), 'expires_at': w.exp,
            'encrypted_message': {'type': 'Buffer', 'data': list(b['em'])}, 'permAuthKey': base64.b64encode(w.perm).decode(), 'tempAuthKey': base64.b64encode(w.temp).decode(),
            'session_id': str(signed(w.session)), 'msg_id': str(w.mid), 'answer': {'_': 'boolTrue'} if r else {'_': 'rpc_error', 'error_code': 400, 'error_message': 'ENCRYPTED_MESSAGE_INVALID'}}, indent=2)
    raw('json', kd, 'TL JSON with Buffer: '+nm, want, tljson, 1)
    def md(w, s, n):
        b = mk(w, o)
        return ('### Bind refused\n\nI am on **v0.3**, porting from mtcute.\n\n```\nrequest (%d bytes):\n%s\n```\n\n- perm key: `%s`\n- temp key: `%s`\n- session id: `%d`\n- msg id: `%d`\n- now: `%d`\n\nExpected: boolTrue\nActual: %s\n'
                % (len(b['request']), '\n'.join(b['request'].hex()[i:i+64] for i in range(0, 264, 64)), w.perm.hex(), w.temp.hex(), signed(w.session), w.mid, w.now, 'boolTrue' if r else 'ENCRYPTED_MESSAGE_INVALID'))
    raw('issue', kd, 'markdown issue with expected/actual: '+nm, want, md, 1)
    def mail(w, s, n):
        b = mk(w, o)
        return 'On Tuesday Ann wrote:\n'+''.join('> '+x+'\n' for x in text(w, b, style=4, answer='boolTrue' if r else '400 ENCRYPTED_MESSAGE_INVALID').splitlines())+'\nCan you have a look?\n'
    raw('mail', kd, 'quoted mail: '+nm, want, mail, 1)
    def nsd(w, s, n):
        b = mk(w, o)
        return text(w, b, style=11, answer='boolTrue' if r else 'Error Domain=MTRpc Code=400 "ENCRYPTED_MESSAGE_INVALID"')
    raw('ios', kd, 'NSData description: '+nm, want, nsd, 1)
    def cs(w, s, n):
        b = mk(w, o)
        return text(w, b, style=5, names=1, answer='boolTrue' if r else 'ENCRYPTED_MESSAGE_INVALID')
    raw('dotnet', kd, 'BitConverter: '+nm, want, cs, 1)
    def erl(w, s, n):
        b = mk(w, o); f = lambda x: '<<'+','.join(map(str, x))+'>>'
        return 'request: %s\nperm_auth_key: %s\ntemp_auth_key: %s\nsession_id: %d\nmsg_id: %d\nanswer: %s\n' % (f(b['request']), f(w.perm), f(w.temp), signed(w.session), w.mid, 'true' if r else '{error,400,<<"ENCRYPTED_MESSAGE_INVALID">>}')
    raw('erlang', kd, 'Erlang binaries: '+nm, want, erl, 1)
    def cj(w, s, n):
        b = mk(w, o); f = lambda x: json.dumps({'words': [struct.unpack('>i', x[i:i+4])[0] for i in range(0, len(x), 4)], 'sigBytes': len(x)})
        return 'request: %s\nperm_auth_key: %s\ntemp_auth_key: %s\nsession_id: %d\nmsg_id: %d\nanswer: %s\n' % (f(b['request']), f(w.perm), f(w.temp), signed(w.session), w.mid, 'boolTrue' if r else '400 ENCRYPTED_MESSAGE_INVALID')
    raw('cryptojs', kd, 'crypto-js word arrays: '+nm, want, cj, 1)
    def hs(w, s, n):
        b = mk(w, o)
        def f(x):
            out = '"'
            for i, y in enumerate(x):
                if y in (34, 92): out += '\\'+chr(y)
                elif 32 <= y < 127:
                    if out[-1:].isdigit() and chr(y).isdigit() and out.rstrip('0123456789').endswith('\\'): out += '\\&'
                    out += chr(y)
                else: out += '\\%d' % y
            return out+'"'
        return 'request: %s\nperm_auth_key: %s\ntemp_auth_key: %s\nsession_id: %d\nmsg_id: %d\nanswer: %s\n' % (f(b['request']), f(w.perm), f(w.temp), signed(w.session), w.mid, 'True' if r else '400 ENCRYPTED_MESSAGE_INVALID')
    raw('haskell', kd, 'Haskell show: '+nm, want, hs, 1)
    def har(w, s, n):
        b = mk(w, o); a = ansof(w, b, r, False)
        return json.dumps({'log': {'entries': [{'request': {'method': 'POST', 'url': 'http://149.154.167.40/api', 'postData': {'mimeType': 'application/octet-stream', 'encoding': 'base64', 'text': base64.b64encode(b['packet']).decode()}},
               'response': {'status': 200, 'content': {'size': len(a), 'encoding': 'base64', 'text': base64.b64encode(a).decode()}}}]}, 'perm_auth_key': w.perm.hex(), 'temp_auth_key': w.temp.hex(), 'now': w.now}, indent=1)
    raw('har', kd, 'HAR: '+nm, want, har, 1)
    def gdb(w, s, n):
        b = mk(w, o)
        def f(x): return '\n'.join('0x7ffe%04x:\t' % i+'\t'.join('0x%02x' % y for y in x[i:i+8]) for i in range(0, len(x), 8))
        return '(gdb) x/132xb request\n%s\n(gdb) x/256xb perm_auth_key\n%s\n(gdb) x/256xb temp_auth_key\n%s\nsession_id: %d\nmsg_id: %d\nanswer: %s\n' % (f(b['request']), f(w.perm), f(w.temp), signed(w.session), w.mid, 'boolTrue' if r else '400 ENCRYPTED_MESSAGE_INVALID')
    raw('gdb', kd, 'gdb x/xb: '+nm, want, gdb, 1)
    def logcat(w, s, n):
        b = mk(w, o)
        return ''.join('11-27 22:01:0%d.123  4711  4733 D tgnet   : %s\n' % (i % 10, l) for i, l in enumerate(text(w, b, style=0, answer='boolTrue' if r else '400 ENCRYPTED_MESSAGE_INVALID').splitlines()))
    raw('logcat', kd, 'logcat: '+nm, want, logcat, 1)
    def server(w, s, n):
        b = mk(w, o)
        return text(w, b, what='packet', style=s, answer=None, extra='# I write the server. Why is this refused by me?\n')
    raw('serverauthor', 'healthy' if r else 'single', 'packet without answer: '+nm, want, server, 1)


# ---------- several packets of one connection, and bytes lost behind a right length
def ping(w, msg_id):
    body = bytes.fromhex("ec77be7a") + q(5)
    msg = w.salt + w.session + q(msg_id) + i4(0) + i4(len(body)) + body
    msg += w.r.randbytes(12 + (-len(msg) - 12) % 16)
    key = sha256(w.temp[88:120] + msg)[8:24]
    return kid(w.temp) + key + ige(*kdf2(w.temp, key), msg)


def several(right, frame, nonce=None):
    def fn(w, s, n):
        b = build(w, nonce=nonce)
        said = rpc_result(b["mid"], TRUE) if right else EMI(w, b)
        parts = [("C->S", ping(w, w.mid - 400)), ("S->C", server_packet(w, new_session(w, b["mid"]), mid=w.server_mid - 8)),
                 ("C->S", b["packet"]), ("S->C", server_packet(w, said))]
        return keys(w) + "".join("%s (%d bytes)\n%s\n" % (way, len(frame(x)), wsdump(frame(x))) for way, x in parts)
    return fn


raw("segments", "healthy", "ping, bind; new_session, true", "healthy", several(True, inter))
raw("segments", "healthy", "the same, abridged", "healthy", several(True, abridged))
raw("segments", "answer", "ping, bind; new_session, refused", "permanent_key_unknown", several(False, lambda x: full(x, 3)))
raw("segments", "single", "ping, bind with a nonce of zero", "nonce", several(False, inter, bytes(8)))
for n in (-1, 1):
    raw("bytes", "single", "blob with %d bytes more, length and zeros as for 104" % n, "wrong_size",
        lambda w, s, j, n=n: text(w, (lambda b: dict(b, request=b["request"][:24] + b"\x68" + b["em"][:50] + b["em"][50 - n:] + bytes(3)))(build(w))))
