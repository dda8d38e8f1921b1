"""The maker of a sixth author: bind requests by the standard library and cryptography alone."""

# ruff: noqa

import base64, gzip, hashlib, json, random, struct, zlib
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB, OFB
except ImportError:
    from cryptography.hazmat.primitives.ciphers.modes import CFB, OFB

sha1 = lambda b: hashlib.sha1(b).digest()
sha256 = lambda b: hashlib.sha256(b).digest()
q = lambda n: struct.pack('<Q', n & (2**64-1))
i4 = lambda n: struct.pack('<I', n & (2**32-1))
signed = lambda b: struct.unpack('<q', b)[0]
def ige(key, iv, data, dec=False):
    e = Cipher(algorithms.AES(key), modes.ECB()); c = e.decryptor() if dec else e.encryptor()
    a, b = iv[:16], iv[16:]
    if dec: a, b = b, a
    out = b''
    for k in range(0, len(data), 16):
        p = data[k:k+16]
        y = bytes(m ^ n for m, n in zip(c.update(bytes(m ^ n for m, n in zip(p, a))), b))
        out += y; a, b = y, p
    return out
def ecb(key, data): return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data)
def cbc(key, iv, data): return Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor().update(data)
def ctr(key, iv, data): return Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor().update(data)
def hashes1(ak, mk, x=0):
    return (sha1(mk+ak[x:x+32]), sha1(ak[x+32:x+48]+mk+ak[x+48:x+64]), sha1(ak[x+64:x+96]+mk), sha1(mk+ak[x+96:x+128]))
def join1(a, b, c, d): return a[:8]+b[8:20]+c[4:16], a[8:20]+b[:8]+c[16:20]+d[:8]
def kdf1(ak, mk, x=0): return join1(*hashes1(ak, mk, x))
def kdf2(ak, mk, x=0):
    a, b = sha256(mk+ak[x:x+36]), sha256(ak[40+x:76+x]+mk)
    return a[:8]+b[8:24]+a[24:], b[:8]+a[8:24]+b[24:]
def tlb(b):
    h = bytes([len(b)]) if len(b) < 254 else b'\xfe'+struct.pack('<I', len(b))[:3]
    r = h+b
    return r+bytes(-len(r) % 4)
kid = lambda k: sha1(k)[12:20]
NOW0 = 1795800000
class W:
    def __init__(s, seed):
        r = s.r = random.Random('sixth %s' % seed)
        s.perm, s.temp, s.third, s.old = (r.randbytes(256) for _ in range(4))
        s.session = r.randbytes(8); s.nonce = r.randbytes(8); s.salt = r.randbytes(8)
        s.now = NOW0 + r.randrange(86400)
        s.exp = s.now + 86400
        s.mid = ((s.now << 32) + (r.randrange(1 << 32) & ~3))
        s.rand = r.randbytes(16); s.pad = r.randbytes(8); s.opad = None
        s.seq = 1
        s.server_mid = ((s.now + 1) << 32) + (r.randrange(1 << 30) * 4) + 1
def build(w, perm=None, key=None, temp=None, front=None, nonce=None, tid=None, pid=None, sess=None, exp=None, ctor=b'\x65\xf7\xa3\x75', emid=None,
          eseq=i4(0), elen=None, inner=None, plain=None, mk=None, kdf=kdf1, cipher=ige, em=None, rpid=None, rnonce=None, rexp=None,
          request=None, wrap=None, osalt=None, osess=None, omid=None, oseq=None, olen=None, opad=None, ofront=None, okey=None, opkdf=kdf2, pad=None,
          rand=None, outer=None, omk=None, elm=None, padded=None):
    perm = perm or w.perm; temp = temp or w.temp
    B = {}
    P, T = kid(perm), kid(temp)
    g = lambda v, d: d if v is None else v
    inner = inner if inner is not None else ctor+g(nonce, w.nonce)+g(tid, T)+g(pid, P)+g(sess, w.session)+i4(g(exp, w.exp))
    mid = g(omid, w.mid)
    plain = g(plain, g(rand, w.rand)+q(g(emid, mid))+eseq+g(elen, i4(len(inner)))+inner)
    pd = g(pad, w.pad if len(plain) % 16 == 8 else w.r.randbytes(-len(plain) % 16))
    padded = g(padded, plain+pd)
    if callable(padded): padded = padded(plain, pd)
    m = mk(plain, padded) if callable(mk) else g(mk, sha1(plain)[4:20])
    k, v = kdf(g(key, perm), m)
    ct = cipher(k, v, padded)
    E = em(g(front, P), m, ct) if em else g(front, P)+m+ct
    R = b'\x05\x2a\xd4\xcd'+g(rpid, P)+g(rnonce, w.nonce)+i4(g(rexp, w.exp))+tlb(E)
    if request: R = request(R, E)
    body = wrap(R) if wrap else R
    msg = g(osalt, w.salt)+g(osess, w.session)+q(mid)+i4(g(oseq, w.seq))+i4(g(olen, len(body)))+body
    if outer: msg = outer(msg)
    n = -len(msg) % 16
    if opad is None: opad = w.r.randbytes(n+16 if n < 12 else n)
    msgp = msg+opad
    ok = okey or temp
    m2 = (omk or (lambda k, p, m: sha256(k[88:120]+p)[8:24]))(ok, msgp, msg)
    pk = g(ofront, kid(ok))+m2+ige(*opkdf(ok, m2), msgp)
    return dict(perm=perm, temp=temp, inner=inner, plain=plain, padded=padded, mk=m, key=k, iv=v, ct=ct, em=E, request=R, body=body, message=msg, packet=pk, mid=mid)
def server_packet(w, body, temp=None, seq=1, mid=None, salt=None, sess=None):
    temp = temp or w.temp
    msg = (salt or w.salt)+(sess or w.session)+q(mid or w.server_mid)+i4(seq)+i4(len(body))+body
    n = -len(msg) % 16; msg += w.r.randbytes(n+16 if n < 12 else n)
    m2 = sha256(temp[96:128]+msg)[8:24]
    return kid(temp)+m2+ige(*kdf2(temp, m2, 8), msg)
TRUE = bytes.fromhex('b5757299'); FALSE = bytes.fromhex('379779bc')
def rpc_result(mid, r): return bytes.fromhex('016d5cf3')+q(mid)+r
def rpc_error(code, text): return bytes.fromhex('19ca4421')+struct.pack('<i', code)+tlb(text.encode())
def new_session(w, mid): return bytes.fromhex('0809c29e')+q(mid)+w.r.randbytes(8)+w.salt
def ack(*mids): return bytes.fromhex('59b4d66215c4b51c')+i4(len(mids))+b''.join(map(q, mids))
def bad_salt(mid, seq, salt): return bytes.fromhex('7b44abed')+q(mid)+i4(seq)+i4(48)+salt
def bad_msg(mid, seq, code): return bytes.fromhex('11f8efa7')+q(mid)+i4(seq)+i4(code)
def gz(b): return bytes.fromhex('a1cf7230')+tlb(gzip.compress(b, mtime=0))
def container(msgs): return bytes.fromhex('dcf8f173')+i4(len(msgs))+b''.join(q(m)+i4(s)+i4(len(b))+b for m, s, b in msgs)
# framings
def inter(p): return i4(len(p))+p
def abridged(p):
    n = len(p)//4
    return (bytes([n]) if n < 127 else b'\x7f'+struct.pack('<I', n)[:3])+p
def full(p, n):
    b = i4(len(p)+12)+i4(n)+p
    return b+i4(zlib.crc32(b))
def padded_inter(p, r): t = r.randbytes(r.randrange(1, 15)); return i4(len(p)+len(t))+p+t
def obfuscate(r, tag, frames, dc=2, secret=None, answers=None):
    while True:
        h = bytearray(r.randbytes(64))
        if h[0] != 0xef and h[4:8] != b'\0\0\0\0' and h[:4] not in (b'HEAD', b'POST', b'GET ', b'OPTI', b'\xdd'*4, b'\xee'*4): break
    h[56:60] = tag; h[60:62] = struct.pack('<h', dc)
    k, iv = bytes(h[8:40]), bytes(h[40:56])
    if secret: k = sha256(k+secret)
    c = Cipher(algorithms.AES(k), modes.CTR(iv)).encryptor(); e = c.update(bytes(h))
    up = bytes(h[:56])+e[56:]+c.update(frames)
    if answers is None: return up
    rv = bytes(h)[::-1]; k, iv = rv[8:40], rv[40:56]
    if secret: k = sha256(k+secret)
    return up, Cipher(algorithms.AES(k), modes.CTR(iv)).encryptor().update(answers)
# renderings
def hexs(b, style=0):
    h = b.hex()
    if style == 1: return ' '.join(h[k:k+2] for k in range(0, len(h), 2))
    if style == 2: return h.upper()
    if style == 3: return '0x'+h
    if style == 4: return ' '.join(h[k:k+8] for k in range(0, len(h), 8))
    if style == 5: return '-'.join(h[k:k+2] for k in range(0, len(h), 2)).upper()
    if style == 6: return repr(b)
    if style == 7: return base64.b64encode(b).decode()
    if style == 8: return "bytes.fromhex('%s')" % h
    if style == 9: return '['+', '.join(map(str, b))+']'
    if style == 10: return '{'+', '.join('0x%02x' % x for x in b)+'}'
    if style == 11: return '<'+' '.join(h[k:k+8] for k in range(0, len(h), 8))+'>'
    if style == 12: return '<Buffer '+' '.join(h[k:k+2] for k in range(0, len(h), 2))+'>'
    return h
def wsdump(b):
    out = []
    for k in range(0, len(b), 16):
        c = b[k:k+16]
        out.append('%04x  %-47s   %s' % (k, ' '.join('%02x' % x for x in c), ''.join(chr(x) if 32 <= x < 127 else '.' for x in c)))
    return '\n'.join(out)
NAMES = [
 dict(request='request', packet='packet', em='encrypted_message', perm='perm_auth_key', temp='temp_auth_key', session='session_id', mid='msg_id', now='now', answer='answer', salt='salt'),
 dict(request='Request', packet='Packet', em='encryptedMessage', perm='permAuthKey', temp='tempAuthKey', session='sessionId', mid='msgId', now='now', answer='answer', salt='serverSalt'),
 dict(request='request', packet='packet', em='encrypted_message', perm='perm_key', temp='temp_key', session='session_id', mid='message_id', now='now', answer='answer', salt='server_salt'),
]
def text(w, b, what='request', style=0, names=0, told=None, drop=(), answer='400 ENCRYPTED_MESSAGE_INVALID', extra='', js=False):
    n = NAMES[names]
    v = {what: b[what], 'perm': w.perm, 'temp': w.temp, 'session': signed(w.session), 'mid': b['mid'], 'now': w.now, 'answer': answer}
    if what == 'packet': v.pop('session'); v.pop('mid')
    v.update(told or {})
    for d in drop: v.pop(d, None)
    if js:
        return json.dumps({n.get(k, k): (hexs(x) if isinstance(x, bytes) else str(x) if isinstance(x, int) and abs(x) > 2**52 else x) for k, x in v.items() if x is not None}, indent=1)+extra
    return '\n'.join('%s: %s' % (n.get(k, k), hexs(x, style) if isinstance(x, bytes) else x) for k, x in v.items() if x is not None)+'\n'+extra
