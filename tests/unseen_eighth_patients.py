"""Patients of an eighth author, who thought of ports from one language to another, and of how each prints things."""

# ruff: noqa
# mypy: ignore-errors

import warnings
import base64, gzip, zlib
from unseen_eighth_client import *
S=[]; D=[]; H=[]; A=[]
seed=[0]
def new(): seed[0]+=1; return World(seed[0])
def s(label, want, **k): S.append((label, want, lambda k=k,n=len(S): build(World(f"s{n}"), **k)))
def sx(label, want, fn): S.append((label, want, fn))
PATH={"nonce":"inner/nonce|nonce","temp":"temp_auth_key_id","perm":"inner/perm_auth_key_id|perm_auth_key_id","session":"temp_session_id","mid":"msg_id"}
SL={"nonce":(4,12),"temp":(12,20),"perm":(20,28),"session":(28,36)}
def sext32(b): return struct.pack("<q", struct.unpack("<i", b[:4])[0])
def dbl(b): return struct.pack("<q", max(-2**63,min(2**63-1024,int(float(i64(b))))))
def udbl(b): return struct.pack("<Q", min(2**64-2048,int(float(struct.unpack("<Q",b)[0]))))
def js_shift(b):
    lo,hi=struct.unpack("<ii",b); return struct.pack("<q", hi|lo)
def signed_bytes(b):
    v=0
    for i,x in enumerate(b): v |= (x-256 if x>127 else x) << 8*i
    return struct.pack("<q", ((v+2**63)%2**64)-2**63)
def textdec(b): return str(i64(b)).encode()[:8].ljust(8,b"\0")
def texthex(b): return b.hex().encode()[:8]
def utf8(b): return b.decode("latin1").encode()[:8]
def utf8rep(b): return b.decode("utf8","replace").encode()[:8].ljust(8,b"\0")
def ascii7(b): return bytes(x&127 for x in b)
def nibdrop(b):
    h="%x"%(struct.unpack("<Q",b)[0]>>4); h=h[:-1] if len(h)%2 else h; return bytes.fromhex(h)[::-1].ljust(8,b"\0")
LONG={"rounded to a double (JSON number)":dbl,"rounded as unsigned double":udbl,"low int sign-extended":sext32,"high word lost":lambda b:b[:4]+bytes(4),"low word lost":lambda b:bytes(4)+b[4:],
 "words swapped":lambda b:b[4:]+b[:4],"big-endian":lambda b:b[::-1],"16-bit words swapped":lambda b:b"".join(b[i:i+2][::-1] for i in range(0,8,2)),"each word big-endian":lambda b:b[:4][::-1]+b[4:][::-1],
 "hi<<32|lo in JS":js_shift,"signed bytes OR-ed (Java)":signed_bytes,"decimal text, 8 chars":textdec,"hex text, 8 chars":texthex,"latin1 to utf8":utf8,"utf8 replacement":utf8rep,
 "7-bit":ascii7,"double bytes":lambda b:struct.pack("<d",float(i64(b))),"float bytes twice":lambda b:struct.pack("<f",float(i64(b)))+bytes(4),"zero":lambda b:bytes(8),"0xcd fill":lambda b:b"\xcd"*8,"minus one":lambda b:b"\xff"*8,
 "absolute value":lambda b:struct.pack("<Q",abs(i64(b)) if i64(b)<0 else (-i64(b))%2**64),"zigzag varint style":lambda b:u64((i64(b)<<1)^(i64(b)>>63)),"shifted by a byte":lambda b:b[1:]+b"\0","saturated to max long":lambda b:struct.pack("<q",2**63-1),
 "low 53 bits":lambda b:u64(struct.unpack("<Q",b)[0]&(2**53-1)),"plus one":lambda b:u64(i64(b)+1)}
for n in ("nonce","temp","perm","session"):
    for lab,fn in LONG.items(): s(f"inner {n}: {lab}", PATH[n], inner=lambda w,f,n=n,fn=fn:{n:fn(f[n])})
for lab,fn in LONG.items(): s(f"inner msg_id: {lab}","msg_id",head=lambda w,fn=fn:{"mid":fn(u64(w.mid))})
for lab in ("rounded to a double (JSON number)","low int sign-extended","big-endian","words swapped","high word lost","hex text, 8 chars","signed bytes OR-ed (Java)"):
    fn=LONG[lab]
    s(f"request nonce: {lab}","nonce",field=lambda w,q,e,fn=fn:{"nonce":fn(q["nonce"])})
    s(f"request perm id: {lab}","perm_auth_key_id",field=lambda w,q,e,fn=fn:{"perm":fn(q["perm"])})
    s(f"envelope id: {lab}","perm_auth_key_id|auth_key_id",blob=lambda w,i,k,c,fn=fn:fn(i)+k+c)
H1={"sha1 first 8":lambda k:sha1(k)[:8],"sha1 [8:16]":lambda k:sha1(k)[8:16],"sha256 last 8":lambda k:sha256(k)[-8:],"sha256 first":lambda k:sha256(k)[:8],"sha1 of hex":lambda k:sha1(k.hex().encode())[12:],"md5":lambda k:hashlib.md5(k).digest()[8:],"sha1 of half the key":lambda k:sha1(k[:128])[12:],"sha1 of base64":lambda k:sha1(base64.b64encode(k))[12:],"sha1 of reversed":lambda k:sha1(k[::-1])[12:],"sha1 off by one [11:19]":lambda k:sha1(k)[11:19],"sha512 last":lambda k:hashlib.sha512(k).digest()[-8:]}
for lab,fn in H1.items():
    s(f"inner temp id: {lab}","temp_auth_key_id",inner=lambda w,f,fn=fn:{"temp":fn(w.temp)})
    s(f"perm id everywhere: {lab}","perm_auth_key_id|auth_key_id",inner=lambda w,f,fn=fn:{"perm":fn(w.perm)},blob=lambda w,i,k,c,fn=fn:fn(w.perm)+k+c,field=lambda w,q,e,fn=fn:{"perm":fn(w.perm)})
swap={"both perm":lambda w,f:{"temp":f["perm"]},"both temp":lambda w,f:{"perm":f["temp"]},"nonce is session":lambda w,f:{"nonce":f["session"]},"session is nonce":lambda w,f:{"session":f["nonce"]},"session is msg_id":lambda w,f:{"session":u64(w.mid)},"session is salt":lambda w,f:{"session":w.salt},"temp of other account":lambda w,f:{"temp":kid(w.other)},"perm of other account":lambda w,f:{"perm":kid(w.other)},"session is temp id":lambda w,f:{"session":f["temp"]},"nonce is temp id":lambda w,f:{"nonce":f["temp"]}}
for lab,fn in swap.items(): s(f"inner {lab}",{"b":"key_id","n":"nonce","s":"session","t":"temp_auth","p":"perm_auth"}[lab[0]],inner=fn)
EX={"ms cut to 32 bits":lambda w:u32(w.exp*1000),"duration":lambda w:u32(86400),"zero":lambda w:u32(0),"yesterday":lambda w:u32(w.now-86400),"2038":lambda w:u32(2**31-1),"minus one":lambda w:u32(-1),"big-endian":lambda w:u32(w.exp)[::-1],"float":lambda w:struct.pack("<f",w.exp),"ten years":lambda w:u32(w.now+10*365*86400),"just now":lambda w:u32(w.now),"2 GB sign":lambda w:u32(w.now-2**31),"ntp epoch":lambda w:u32(w.exp+2208988800),"apple epoch 2001":lambda w:u32(w.exp-978307200),"minutes":lambda w:u32(w.exp//60),"telegram ms diff":lambda w:u32(w.now+86400*1000)}
for lab,fn in EX.items():
    if lab not in ("2038","ten years","telegram ms diff"): s(f"expires both: {lab}","expires",inner=lambda w,f,fn=fn:{"expires":fn(w)},field=lambda w,q,e,fn=fn:{"expires":fn(w)})
    s(f"expires only inner: {lab}","expires",inner=lambda w,f,fn=fn:{"expires":fn(w)})
for d in (1,-1,30,3600,-3600,19800,-28800): s(f"expires inner differs by {d}","expires",inner=lambda w,f,d=d:{"expires":u32(w.exp+d)})
MD={"+4":lambda w:u64(w.mid+4),"-4":lambda w:u64(w.mid-4),"a retry 3 s later":lambda w:u64(w.mid-(3<<32)),"ms":lambda w:u64(w.now*1000),"seconds":lambda w:u64(w.now),"ns":lambda w:u64(w.now*10**9),"server parity":lambda w:u64(w.mid|1),"no fraction":lambda w:u64(w.now<<32),"shifted 31":lambda w:u64(w.mid>>1),"local tz":lambda w:u64(w.mid+(3600<<32)),"session":lambda w:u64(w.sid),"nonce":lambda w:w.nonce,"ntp":lambda w:u64(w.mid+(2208988800<<32))}
for lab,fn in MD.items(): s(f"head msg_id {lab}","msg_id",head=lambda w,fn=fn:{"mid":fn(w)})
for v in (1,2,3,-1,0x01000000): s(f"seqno {v}","seq",head={"seq":u32(v)})
for v in (36,44,72,80,0,104,132,10,0x28000000,48): s(f"length {v}","len|bytes",head={"len":u32(v)})
for lab,v in {"big-endian":"75a3f765","of the request":"052ad4cd","of MTProto 1 p_q":"ec5ac983","zero":"00000000","vector":"15c4b51c","signed off by one":"66f7a375","words":"a37565f7","rpc_result":"016d5cf3","msg_container":"dcf8f173"}.items(): s(f"ctor {lab}","constructor",inner={"ctor":bytes.fromhex(v)})
# layout
O=ORDER
import itertools
for o in (["ctor","temp","nonce","perm","session","expires"],["ctor","nonce","perm","temp","session","expires"],["ctor","perm","nonce","temp","session","expires"],["ctor","nonce","temp","perm","expires","session"],["ctor","expires","nonce","temp","perm","session"],["ctor","session","nonce","temp","perm","expires"],["ctor","nonce","session","temp","perm","expires"],["nonce","temp","perm","session","expires","ctor"],O[::-1]): s(f"order {o}","order|swapped|place|exchanged|key_id|session|nonce",order=o)
for n in O: s(f"missing {n}",f"missing|{'constructor' if n=='ctor' else PATH.get(n,'expires')}",order=[x for x in O if x!=n])
for n in O: s(f"doubled {n}",f"twice|doubled|extra|more|{'constructor' if n=='ctor' else PATH.get(n,'expires')}",order=[y for x in O for y in ([x,x] if x==n else [x])])
s("struct alignment: 4 after ctor","align|pad|extra|more|long",body=lambda b:b[:4]+bytes(4)+b[4:])
s("struct alignment: 4 at end","align|pad|extra|more|long",body=lambda b:b+bytes(4))
s("struct alignment both (pragma missing)","align|pad|extra|more|long",body=lambda b:b[:4]+bytes(4)+b[4:]+bytes(4))
s("long as TL strings","string|prefix|bytes|long",body=lambda b:b[:4]+b"".join(tl(b[i:i+8]) for i in range(4,36,8))+b[36:])
s("flags field first","flags|extra|more|long",body=lambda b:b[:4]+bytes(4)+b[4:])
s("expires as long","expires",inner=lambda w,f:{"expires":u64(w.exp)})
s("expires as double","expires",inner=lambda w,f:{"expires":struct.pack("<d",w.exp)})
s("expires ms as long","expires",inner=lambda w,f:{"expires":u64(w.exp*1000)})
s("nonce int128","nonce|bytes_between_fields",inner=lambda w,f:{"nonce":w.nonce+w.rand[:8]})
s("nonce int32","nonce",inner=lambda w,f:{"nonce":w.nonce[:4]})
s("session int32","session",inner=lambda w,f:{"session":f["session"][:4]})
s("perm id full sha1","perm_auth_key_id",inner=lambda w,f:{"perm":sha1(w.perm)})
s("temp id full sha1","temp_auth_key_id",inner=lambda w,f:{"temp":sha1(w.temp)})
s("dates as varint bytes","expires",inner=lambda w,f:{"expires":bytes([w.exp&127|128,w.exp>>7&127|128,w.exp>>14&127|128,w.exp>>21&127|128,w.exp>>28])})
s("ids nibble dropped by hex","temp_auth_key_id",inner=lambda w,f:{"temp":nibdrop(f["temp"])})
s("perm nibble dropped","perm_auth_key_id",inner=lambda w,f:{"perm":nibdrop(f["perm"])})
s("body gzipped","gzip",body=lambda b:bytes.fromhex("a1cf7230")+tl(gzip.compress(b,mtime=0)))
s("body in TL bytes","string|prefix|length|bytes",body=tl)
s("body hex text","hex",body=lambda b:b.hex().encode())
s("body base64 text","base64",body=lambda b:base64.b64encode(b))
s("body is json","json|text|not|constructor",body=lambda b:b'{"_":"bind_auth_key_inner","nonce":"1"}'.ljust(40))
s("body invokeWithLayer","invokeWithLayer|wrap",body=lambda b:bytes.fromhex("0d0d9bda")+u32(214)+b)
s("body in container","container",body=lambda b:bytes.fromhex("dcf8f173")+u32(1)+u64(5)+u32(0)+u32(len(b))+b)
s("body truncated 39","39|short|missing|len|expires",body=lambda b:b[:39])
s("body off by one start","constructor|shift|missing|len",body=lambda b:b[1:]+b"\0")
# head
s("no rand","random",plain=lambda p:p[16:]); s("rand 8","random",plain=lambda p:p[8:]); s("rand 32","random",plain=lambda p:p[:16]+p)
s("no seq","seq",head={"seq":b""}); s("no len","len",head={"len":b""}); s("no mid","msg_id",head={"mid":b""})
s("seq after len is header order v0","order|seq|len",head=lambda w:{"seq":u32(40),"len":u32(0)})
s("mid and rand swapped","order|random|msg_id",plain=lambda p:p[16:24]+p[:16]+p[24:])
s("seq and len as longs","seq|len",head=lambda w:{"seq":u64(0),"len":u64(40)})
s("seq and len shorts","seq|len",head=lambda w:{"seq":bytes(2),"len":b"\x28\0"})
s("len as long","len",head={"len":u64(40)}); s("seq as long","seq",head={"seq":u64(0)})
s("unencrypted style: akid first","auth_key_id|header|extra|random|plaintext",plain=lambda p:bytes(8)+p)
s("no header at all: only body","header|random|msg_id",plain=lambda p:p[32:])
# msg_key
MK={"sha1[0:16]":lambda p,d,a:sha1(p)[:16],"padded sha1":lambda p,d,a:sha1(p+d)[4:],"v2 c2s":lambda p,d,a:sha256(a[88:120]+p+d)[8:24],"v2 unpadded":lambda p,d,a:sha256(a[88:120]+p)[8:24],"v2 s2c":lambda p,d,a:sha256(a[96:128]+p+d)[8:24],"sha256[8:24]":lambda p,d,a:sha256(p)[8:24],"sha256[0:16]":lambda p,d,a:sha256(p)[:16],"sha256[4:20]":lambda p,d,a:sha256(p)[4:20],"md5":lambda p,d,a:hashlib.md5(p).digest(),"body only":lambda p,d,a:sha1(p[32:])[4:],"without rand":lambda p,d,a:sha1(p[16:])[4:],"sha1 of hex":lambda p,d,a:sha1(p.hex().encode())[4:],"reversed":lambda p,d,a:sha1(p)[4:][::-1],"zero padded":lambda p,d,a:sha1(p+bytes(8))[4:],"sha1[2:18]":lambda p,d,a:sha1(p)[2:18],"sha1[3:19]":lambda p,d,a:sha1(p)[3:19],"hex of sha1 [8:40] text16":lambda p,d,a:sha1(p).hex()[8:24].encode(),"sha1 words BE/LE":lambda p,d,a:b"".join(sha1(p)[i:i+4][::-1] for i in range(4,20,4)),"sha512":lambda p,d,a:hashlib.sha512(p).digest()[:16],"random":lambda p,d,a:sha1(b"x"+p)[4:],"zero":lambda p,d,a:bytes(16),"sha1(sha1)":lambda p,d,a:sha1(sha1(p))[4:],"hmac":lambda p,d,a:__import__('hmac').new(a,p,'sha1').digest()[4:],"first 64":lambda p,d,a:sha1(p[:64])[4:],"first 71":lambda p,d,a:sha1(p[:71])[4:],"v1 of temp v2":lambda p,d,a:sha256(a[88:120]+p+d)[:16],"key before":lambda p,d,a:sha1(a+p)[4:],"sha3":lambda p,d,a:hashlib.sha3_256(p).digest()[8:24],"utf8 string of plaintext":lambda p,d,a:sha1(p.decode('latin1').encode())[4:],"sha1 with trailing NUL":lambda p,d,a:sha1(p+b"\0")[4:],"up to first NUL (strlen)":lambda p,d,a:sha1(p.split(b"\0")[0])[4:]}
for lab,fn in MK.items(): s(f"msg_key {lab}","msg_key",mk=fn)
KD={"x=8":lambda a,k:v1(a,k,8),"v2":v2,"v2 x=8":lambda a,k:v2(a,k,8),"iv halves":lambda a,k:(v1(a,k)[0],v1(a,k)[1][16:]+v1(a,k)[1][:16]),"iv reversed":lambda a,k:(v1(a,k)[0],v1(a,k)[1][::-1]),"key reversed":lambda a,k:(v1(a,k)[0][::-1],v1(a,k)[1]),"zero iv":lambda a,k:(v1(a,k)[0],bytes(32)),"key/iv swapped":lambda a,k:v1(a,k)[::-1],"key hex":lambda a,k:v1(a.hex().encode(),k),"aes-128":lambda a,k:(v1(a,k)[0][:16],v1(a,k)[1]),"iv 16 twice":lambda a,k:(v1(a,k)[0],v1(a,k)[1][:16]*2),"iv 16+zero":lambda a,k:(v1(a,k)[0],v1(a,k)[1][:16]+bytes(16)),"mk reversed":lambda a,k:v1(a,k[::-1]),"ak reversed":lambda a,k:v1(a[::-1],k),"ak second half":lambda a,k:v1(a[128:],k),"ak words BE":lambda a,k:v1(b"".join(a[i:i+4][::-1] for i in range(0,256,4)),k),"mk hex":lambda a,k:v1(a,k.hex().encode()),"no leading byte ak":lambda a,k:v1(a[1:]+b"\0",k),"leading zero added":lambda a,k:v1(b"\0"+a,k),"ak utf8":lambda a,k:v1(a.decode('latin1').encode(),k),"key words swapped":lambda a,k:(b"".join(v1(a,k)[0][i:i+4][::-1] for i in range(0,32,4)),v1(a,k)[1]),"iv words swapped":lambda a,k:(v1(a,k)[0],b"".join(v1(a,k)[1][i:i+4][::-1] for i in range(0,32,4))),"both words swapped":lambda a,k:tuple(b"".join(v[i:i+4][::-1] for i in range(0,32,4)) for v in v1(a,k)),"sha1(ak)":lambda a,k:(sha256(a),sha256(k)),"x=16":lambda a,k:v1(a,k,16),"x=4":lambda a,k:v1(a,k,4),"tmp_aes style":lambda a,k:(sha1(k+a)+sha1(a+k)[:12],sha1(a+k)[12:]+sha1(k+k)+a[:4]),"iv last 4 zero":lambda a,k:(v1(a,k)[0],v1(a,k)[1][:28]+bytes(4)),"iv d[0:4]":lambda a,k:(v1(a,k)[0],v1(a,k)[1][:24]+sha1(k+a[96:128])[8:16])}
def slip(i):
    def f(a,mk,x=0):
        A=sha1(mk+a[0:32]) if i!=0 else sha1(a[0:32]+mk)
        B=sha1(a[32:48]+mk+a[48:64]) if i!=1 else sha1(a[32:64]+mk)
        C=sha1(a[64:96]+mk) if i!=2 else sha1(mk+a[64:96])
        Dd=sha1(mk+a[96:128]) if i!=3 else sha1(a[96:128]+mk)
        k=A[:8]+B[8:20]+C[4:16]; v=A[8:20]+B[:8]+C[16:20]+Dd[:8]
        if i==4: k=A[:8]+B[:12]+C[4:16]
        if i==5: k=A[:8]+B[8:20]+C[:12]
        if i==6: v=A[8:20]+B[:8]+C[:4]+Dd[:8]
        if i==7: v=A[8:20]+B[:8]+C[16:20]+Dd[12:20]
        if i==8: v=A[:12]+B[:8]+C[16:20]+Dd[:8]
        if i==9: k=A[12:20]+B[8:20]+C[4:16]
        return k,v
    return f
for i in range(10): KD[f"slip {i}"]=slip(i)
for lab,fn in KD.items(): s(f"kdf {lab}","aes|iv|sha1_|schedule|x = 8|direction|MTProto 2|key",kdf=fn)
sx("temp key seals","temp",lambda:(lambda w:build(w,kdf=lambda a,k:v1(w.temp,k)))(World("tk")))
sx("other account's key seals","perm|key",lambda:(lambda w:build(w,kdf=lambda a,k:v1(w.other,k)))(World("ok")))
sx("other account's key seals, given","other|perm|key",lambda:(lambda w:dict(build(w,kdf=lambda a,k:v1(w.other,k)),other_keys=[w.other]))(World("ok2")))
def ige_per_block(k,v,d): return b"".join(ige(k,v,d[i:i+16]) for i in range(0,len(d),16))
MO={"ecb":lambda k,v,d:ecb(k,d),"cbc":cbc,"cbc second half iv":lambda k,v,d:cbc(k,v[16:],d),"ctr":ctr,"ige decrypt":lambda k,v,d:ige(k,v,d,True),"ige reset per block":ige_per_block,"none":lambda k,v,d:d,"twice":lambda k,v,d:ige(k,v,ige(k,v,d)),"ige crossed xor":lambda k,v,d:ige(k,v[16:]+v[:16],d),"first block only":lambda k,v,d:ige(k,v,d[:16])+d[16:],"last block plain":lambda k,v,d:ige(k,v,d[:-16])+d[-16:],"ige per 32":lambda k,v,d:b"".join(ige(k,v,d[i:i+32]) for i in range(0,len(d),32)),"cbc+pkcs7 16":lambda k,v,d:cbc(k,v,d+b"\x10"*16),"ige+pkcs7 16":lambda k,v,d:ige(k,v,d+b"\x10"*16),"cfb":lambda k,v,d:fed(k,v,d,lambda pad,c:c),"ofb":lambda k,v,d:fed(k,v,d,lambda pad,c:pad),"ciphertext reversed words":lambda k,v,d:(lambda c:b"".join(c[i:i+4][::-1] for i in range(0,len(c),4)))(ige(k,v,d)),"pcbc":lambda k,v,d:pcbc(k,v,d),"buffer shared: mutated iv":lambda k,v,d:ige(k,ige(k,v,d)[-16:]+d[-16:],d)}
def fed(k,v,d,back):
    p=v[:16]; o=b""
    for i in range(0,len(d),16): b=d[i:i+16]; pad=ecb(k,p); c=xor(pad[:len(b)],b); o+=c; p=back(pad,c)
    return o
def pcbc(k,v,d):
    p=v[:16]; o=b""
    for i in range(0,len(d),16): c=ecb(k,xor(d[i:i+16],p)); o+=c; p=xor(c,d[i:i+16])
    return o
for lab,fn in MO.items(): s(f"mode {lab}","padding|IGE|ECB|CBC|CTR|ige|mode|encrypt|iv|aes",mode=fn)
PD={"extra block":lambda n:b"\x10"*24,"24 random like v2":lambda n:sha256(n)[:24],"to 32":lambda n:bytes(24),"to 128":lambda n:bytes(56),"v2 random 40":lambda n:sha256(n)+bytes(8)}
for lab,fn in PD.items(): s(f"padding {lab}","padding|104|120|long|length",pad=fn)
s("padding in front","padding|random|plaintext",plain=lambda p:p[:0]+b"\7"*8+p,pad=b"",head={})
s("padding hashed","msg_key",mk=lambda p,d,a:sha1(p+d)[4:20])
BL={"no id":lambda w,i,k,c:k+c,"id big-endian":lambda w,i,k,c:i[::-1]+k+c,"temp id":lambda w,i,k,c:kid(w.temp)+k+c,"mk first":lambda w,i,k,c:k+i+c,"mk last":lambda w,i,k,c:i+c+k,"no mk":lambda w,i,k,c:i+c,"zero id":lambda w,i,k,c:bytes(8)+k+c,"hex text":lambda w,i,k,c:(i+k+c).hex().encode(),"base64 text":lambda w,i,k,c:base64.b64encode(i+k+c),"twice id":lambda w,i,k,c:i+i+k+c,"length in front":lambda w,i,k,c:u32(104)+i+k+c,"abridged byte in front":lambda w,i,k,c:b"\x1a"+i+k+c,"full sha1 mk":lambda w,i,k,c:i+k+c[:4]+c,"truncated 100":lambda w,i,k,c:(i+k+c)[:100],"truncated 88 (padding not sent)":lambda w,i,k,c:(i+k+c)[:96],"tl twice":lambda w,i,k,c:tl(i+k+c),"latin1->utf8":lambda w,i,k,c:(i+k+c).decode('latin1').encode(),"utf8 replace":lambda w,i,k,c:(i+k+c).decode('utf8','replace').encode()[:253],"ciphertext of other":lambda w,i,k,c:i+k+sha256(c)+sha256(k)+c[64:],"empty":lambda w,i,k,c:b"","ciphertext only":lambda w,i,k,c:c,"reversed":lambda w,i,k,c:(i+k+c)[::-1],"trailing NUL":lambda w,i,k,c:i+k+c+b"\0","CRLF translated":lambda w,i,k,c:(i+k+c).replace(b"\n",b"\r\n") if b"\n" in i+k+c else i+k+c+b"\r\n"}
for lab,fn in BL.items(): s(f"blob {lab}","encrypted_message|auth_key_id|msg_key|hex|base64|utf|104|ciphertext",blob=fn)
FI={"tl fe":lambda w,q,e:{"em":b"\xfe"+u32(104)[:3]+e},"int length":lambda w,q,e:{"em":u32(104)+e},"vector":lambda w,q,e:{"em":bytes.fromhex("15c4b51c")+u32(104)+e},"no length":lambda w,q,e:{"em":e},"no pad":lambda w,q,e:{"em":b"\x68"+e},"length BE int":lambda w,q,e:{"em":struct.pack(">I",104)+e},"ctor be":lambda w,q,e:{"ctor":bytes.fromhex("cdd42a05")},"ctor dropTemp":lambda w,q,e:{"ctor":bytes.fromhex("88a1488e")},"ctor inner":lambda w,q,e:{"ctor":bytes.fromhex("65f7a375")},"expires long":lambda w,q,e:{"expires":u64(w.exp)},"perm is temp":lambda w,q,e:{"perm":kid(w.temp)},"nonce other":lambda w,q,e:{"nonce":w.rand[:8]},"nonce zero":lambda w,q,e:{"nonce":bytes(8)},"len 26 words":lambda w,q,e:{"em":b"\x1a"+e+bytes(3)},"pad to 8":lambda w,q,e:{"em":tl(e)+bytes(4)},"fe extra pad":lambda w,q,e:{"em":b"\xfe"+u32(104)[:3]+e+bytes(4)},"ff":lambda w,q,e:{"em":b"\xff"+u64(104)[:7]+e},"length 103":lambda w,q,e:{"em":b"\x67"+e+bytes(3)},"length 105":lambda w,q,e:{"em":b"\x69"+e+bytes(3)},"flags":lambda w,q,e:{"ctor":bytes.fromhex("052ad4cd")+bytes(4)},"trailing zero word":lambda w,q,e:{"em":tl(e)+bytes(4)},"perm int":lambda w,q,e:{"perm":kid(w.perm)[:4]},"nonce int128":lambda w,q,e:{"nonce":w.nonce+bytes(8)},"em raw hex in string":lambda w,q,e:{"em":tl(e.hex().encode())}}
for lab,fn in FI.items(): s(f"request {lab}","request|encrypted_message|constructor|expires|nonce|perm_auth",field=fn)
for o in (["ctor","nonce","perm","expires","em"],["ctor","perm","nonce","em","expires"],["ctor","perm","expires","nonce","em"],["ctor","expires","perm","nonce","em"],["ctor","em","perm","nonce","expires"]): s(f"request order {o}","request|order|swapped|place|perm|nonce|expires|encrypted_message",rorder=o)
for n in ("ctor","perm","nonce","expires","em"): s(f"request without {n}","request|missing|"+{"ctor":"constructor","perm":"perm","nonce":"nonce","expires":"expires","em":"encrypted"}[n],rorder=[x for x in ["ctor","perm","nonce","expires","em"] if x!=n])
# packets
PK={"by perm key":("perm|key",lambda w:dict(key=w.perm)),"by other key":("key",lambda w:dict(key=w.other)),"x=8 kdf":("8|direction|x",lambda w:dict(x=8)),"v1":("MTProto 1|v1|1.0|msg_key",lambda w:dict(mk=lambda a,p,d:sha1(p)[4:],kdf=v1)),"v1 kdf, v2 mk":("schedule|v1|MTProto 1|1.0",lambda w:dict(kdf=v1)),"v2 kdf v1 mk":("msg_key",lambda w:dict(mk=lambda a,p,d:sha1(p)[4:])),"mk unpadded":("msg_key|padding",lambda w:dict(mk=lambda a,p,d:sha256(a[88:120]+p)[8:24])),"mk[0:16]":("msg_key",lambda w:dict(mk=lambda a,p,d:sha256(a[88:120]+p+d)[:16])),"mk no ak":("msg_key",lambda w:dict(mk=lambda a,p,d:sha256(p+d)[8:24])),"mk x=8":("msg_key|direction",lambda w:dict(mk=lambda a,p,d:sha256(a[96:128]+p+d)[8:24])),"akid perm":("auth_key_id",lambda w:dict(akid=kid(w.perm))),"akid zero":("auth_key_id",lambda w:dict(akid=bytes(8))),"akid be":("auth_key_id",lambda w:dict(akid=kid(w.temp)[::-1])),"akid first8":("auth_key_id",lambda w:dict(akid=sha1(w.temp)[:8])),"salt of perm":("salt",lambda w:dict(salt=w.rand[:8])),"salt zero":("salt",lambda w:dict(salt=bytes(8))),"salt be":("salt",lambda w:dict(salt=w.salt[::-1])),"session other":("session",lambda w:dict(sid=77)),"session 0":("session",lambda w:dict(sid=0)),"mid later":("msg_id",lambda w:dict(mid=w.mid+400)),"mid odd":("msg_id",lambda w:dict(mid=w.mid|1)),"seq 0":("seq",lambda w:dict(seq=0)),"seq 2":("seq",lambda w:dict(seq=2)),"len 0":("length|len",lambda w:dict(length=0)),"len 148":("length|len",lambda w:dict(length=148)),"len 131":("length|len",lambda w:dict(length=131)),"cbc":("IGE|CBC|iv|aes",lambda w:dict(mode=cbc)),"ecb":("IGE|ECB|iv|aes",lambda w:dict(mode=lambda k,v,d:ecb(k,d))),"iv swap":("iv",lambda w:dict(kdf=lambda a,k,x:(v2(a,k)[0],v2(a,k)[1][16:]+v2(a,k)[1][:16]))),"no salt":("salt|plaintext|header",lambda w:dict(plainfn=lambda p:p[8:])),"salt/session swap":("session|salt|order",lambda w:dict(plainfn=lambda p:p[8:16]+p[:8]+p[16:])),"plain":("encrypt|plain",lambda w:dict(mode=lambda k,v,d:d)),"ctr":("IGE|CTR|iv|aes",lambda w:dict(mode=ctr)),"pad>1024":("padding",lambda w:dict(pad=lambda p,r:r.randbytes(-len(p)%16+1040)))}
for n,(lab,(want,fn)) in enumerate(PK.items()):
    def mkp(fn=fn,n=n): w=World(f"pk{n}"); return build(w,outer=fn(w))
    sx(f"packet {lab}",want,mkp)
# --- healthy
def h(label, fn): H.append((label, fn))
HX=bytes.fromhex
def layer(w,q,n=214): return HX("0d0d9bda")+u32(n)+q
def initc(w,q,flags=0,lay="c1cd5ea9",strs=("PC","11","1.0","en","","en"),extra=b""): return HX(lay)[::-1]+u32(flags)+u32(2040)+b"".join(tl(x.encode()) for x in strs)+extra+q
def cont(w,items): return HX("dcf8f173")+u32(len(items))+b"".join(u64(m)+u32(s_)+u32(len(b))+b for m,s_,b in items)
gz=lambda q,l=9:HX("a1cf7230")+tl(gzip.compress(q,l,mtime=0))
ping=lambda w:HX("ec77be7a")+w.rand[:8]
ack=lambda w:HX("59b4d662")+HX("15c4b51c")+u32(1)+u64(w.mid-3)
W={"bare":lambda w,q:q,"layer":layer,"layer 158":lambda w,q:layer(w,q,158),"layer(init)":lambda w,q:layer(w,initc(w,q)),"init(layer) the other way":lambda w,q:initc(w,layer(w,q)),"init alone":lambda w,q:initc(w,q),
 "init with proxy":lambda w,q:layer(w,initc(w,q,1,extra=HX("3f8b5875")+tl(b"127.0.0.1")+u32(443))),"init long strings":lambda w,q:layer(w,initc(w,q,strs=("A"*300,"Win 10","é","en","tdesktop","en"))),
 "gzip":lambda w,q:gz(q),"gzip stored":lambda w,q:gz(q,0),"gzip layer init":lambda w,q:gz(layer(w,initc(w,q))),"layer gzip":lambda w,q:layer(w,gz(q)),"init params":lambda w,q:layer(w,initc(w,q,2,extra=u32(0x99c1d49d)+HX("15c4b51c")+u32(1)+u32(0xc0de1bd9)+tl(b"tz_offset")+u32(0x2be0dfa4)+struct.pack("<d",3600.0))),
 "withoutUpdates":lambda w,q:HX("bf9459b7")[::-1]+q,"layer withoutUpdates":lambda w,q:layer(w,HX("bf9459b7")[::-1]+q),"afterMsg":lambda w,q:u32(0xcb9f372d)+u64(w.mid-8)+q,"init 785188b8 (older)":lambda w,q:layer(w,u32(0x785188b8)+u32(0)+u32(6)+b"".join(tl(x) for x in (b"a",b"b",b"c",b"d",b"e",b"f"))+q)}
for lab,fn in W.items():
    h(f"request wrapped {lab}",lambda fn=fn,lab=lab:build(World("h"+lab),wrap=fn))
    h(f"packet wrapped {lab}",lambda fn=fn,lab=lab:build(World("hp"+lab),wrap=fn,outer={}))
def inc(lab,mk):
    def f():
        w=World("c"+lab); d=build(w); q=d.pop("request"); d["packet"]=send(w,mk(w,q),mid=w.mid+64,seq=2); d["salt"]=i64(w.salt); d.pop("msg_id"); return d
    h("container "+lab,f)
inc("alone",lambda w,q:cont(w,[(w.mid,1,q)])); inc("ping first",lambda w,q:cont(w,[(w.mid-4,0,ping(w)),(w.mid,1,q)])); inc("ack behind",lambda w,q:cont(w,[(w.mid,1,q),(w.mid+4,2,ack(w))]))
inc("layer inside",lambda w,q:cont(w,[(w.mid-4,0,ack(w)),(w.mid,1,layer(w,initc(w,q)))])); inc("gzip inside",lambda w,q:cont(w,[(w.mid,1,gz(q)),(w.mid+8,2,ping(w))])); inc("getNearestDc too",lambda w,q:cont(w,[(w.mid,1,q),(w.mid+4,3,layer(w,initc(w,HX("26 30b31f"))))]))
for n in (12,28,44,60,252,1004,92):
    h(f"outer padding {n}",lambda n=n:build(World(f"op{n}"),outer=dict(pad=lambda p,r,n=n:r.randbytes(n))))
for sq in (3,5,101): h(f"outer seq {sq}",lambda sq=sq:build(World(f"sq{sq}"),outer=dict(seq=sq)))
for lab,k in {"pkcs7 tail":b"\x08"*8,"zero tail":bytes(8),"ones":b"\xff"*8}.items(): h("padding "+lab,lambda k=k,lab=lab:build(World(lab),pad=k))
for lab,k in {"zero rand":bytes(16),"rand is salt+session":b"\1"*16,"rand ff":b"\xff"*16}.items(): h(lab,lambda k=k,lab=lab:build(World(lab),head={"rand":k}))
for dx in (60,300,3600,86430,86400*2,86400*7): h(f"life {dx}",lambda dx=dx:(lambda w:(setattr(w,'exp',w.now+dx),build(w))[1])(World(f"l{dx}")))
h("nonce zero-ish",lambda:(lambda w:(setattr(w,'nonce',b"\1"+bytes(7)),build(w))[1])(World("nz")))
h("nonce minus",lambda:(lambda w:(setattr(w,'nonce',b"\xff"*7+b"\xfe"),build(w))[1])(World("nm")))
h("session 1",lambda:(lambda w:(setattr(w,'sid',1),build(w))[1])(World("s1")))
h("session max",lambda:(lambda w:(setattr(w,'sid',2**63-1),build(w))[1])(World("s2")))
h("session min",lambda:(lambda w:(setattr(w,'sid',-2**63),build(w))[1])(World("s3")))
h("tl padding not zero",lambda:build(World("tlp"),request=lambda r:r[:-3]+b"\1\2\3"))
# streams: each framing, plain and obfuscated, perhaps other packets before
def frame(kind,pkts):
    o=b""
    for i,p in enumerate(pkts):
        if kind=="abridged": o+=(bytes([len(p)//4]) if len(p)//4<127 else b"\x7f"+u32(len(p)//4)[:3])+p
        elif kind=="intermediate": o+=u32(len(p))+p
        elif kind=="padded": o+=u32(len(p)+7)+p+b"1234567"
        else: x=u32(len(p)+12)+u32(i)+p; o+=x+u32(zlib.crc32(x))
    return o
TAG={"abridged":b"\xef","intermediate":b"\xee"*4,"padded":b"\xdd"*4,"full":b""}
def obf(w,kind,data,dc=2):
    i=bytearray(b"\x41"+w.r.randbytes(63)); i[56:60]=(TAG[kind]*4)[:4]; i[60:62]=struct.pack("<h",dc); i=bytes(i)
    c=Cipher(algorithms.AES(i[8:40]),modes.CTR(i[40:56])).encryptor(); e=c.update(i); return i[:56]+e[56:]+c.update(data)
def stream(kind,ob,lab,other=False,quick=False,two=False):
    def f():
        w=World("st"+lab); d=build(w); q=d.pop("request"); pk=[send(w,q)]
        if other: pk=[send(w,ping(w),mid=w.mid-400,seq=0)]+pk
        if two:
            bad=build(World("st"+lab),inner=lambda w,f:{"session":u64(9)})["request"]; pk=[send(w,bad,mid=w.mid-400)]+pk
        data=frame(kind,pk); d["stream"]=obf(w,kind,data) if ob else TAG[kind]+data; d.pop("msg_id"); d.pop("session_id"); return d
    h(f"stream {kind} {'obf' if ob else 'plain'} {lab}",f)
for k in TAG:
    stream(k,False,"one"+k); stream(k,False,"ping"+k,other=True)
    if k!="full": stream(k,True,"obf"+k); stream(k,True,"obfping"+k,other=True)
def two(): w=World("two"); d=build(w); q=d.pop("request"); d["request"]=q; d["other_keys"]=[w.other]; return d
h("other keys around",two)
h("keys as hex",lambda:(lambda d:dict(d,perm_key=d["perm_key"].hex(),temp_key=d["temp_key"].hex().upper()))(build(World("hx"))))
h("encrypted_message alone",lambda:(lambda w,d:dict({k:v for k,v in d.items() if k!="request"},encrypted_message=d["request"][25:129],nonce=i64(w.nonce),expires_at=w.exp))(World("ea"),build(World("ea"))))
h("unsigned ids",lambda:(lambda d:dict(d,session_id=d["session_id"]%2**64))(build(World("un"))))
h("no now",lambda:(lambda d:{k:v for k,v in d.items() if k!="now"})(build(World("nn"))))
# --- answers on a right bind: (answer, healthy?, regex)
YES=['tl::Bool::BoolTrue','Bool { value: true }','boolTrue{}','TL_boolTrue@1a2b3c','*tg.BoolTrue',True,"True","true","boolTrue","Bool(true)","Ok(true)","boolTrue#997275b5","0x997275b5","997275b5","b5757299",HX("b5757299"),"BoolTrue","Bool.True","Some(true)","Ok(True)","{'_': 'boolTrue'}",'{"_":"boolTrue"}', '{"_": "boolTrue"}',"TLBoolTrue","BOOL_TRUE","(boolTrue)","result: true","=> true","rpc_result(true)","bool true"]
def rr(body,mid=None):
    def f(w): return HX("016d5cf3")+u64(w.mid if mid is None else mid)+body
    return f
for a in YES: A.append((f"yes {a!r}",a,True,"."))
for lab,fn in {"rpc_result":rr(HX("b5757299")),"rpc_result gz":rr(gz(HX("b5757299")))}.items():
    A.append((lab+" bytes",fn,True,".")); A.append((lab+" hex",lambda w,fn=fn:fn(w).hex(),True,".")); A.append((lab+" spaced hex",lambda w,fn=fn:fn(w).hex(" "),True,"."))
NO=[(False,"false|refus|boolFalse"),("boolFalse","alse"),("Bool(false)","alse"),("Ok(false)","alse"),("bc799737","alse"),("37 97 79 bc","alse"),(HX("379779bc"),"alse"),("boolFalse#bc799737","alse"),
 (-404,"404"),("-404","404"),(-404.0,"404"),("-404.0","404"),(4294966892,"404"),("4294966892","404"),("0xfffffe6c","404"),("6cfeffff","404"),(HX("6cfeffff"),"404"),("6c fe ff ff","404"),("transport error 404","404"),("TransportError: -404","404"),(HX("016cfeffff"),"404"),(HX("040000006cfeffff"),"404"),(HX("10000000000000006cfeffff0d2f4107"),"404"),("040000006cfeffff","404"),("016cfeffff","404"),("HTTP 404","answer_not_known"),("Invalid buffer: -404","404"),
 (-429,"429|flood"),("-429","429|flood"),(-444,"444"),("-444","444"),(-403,"403"),("-429.0","429"),(4294966867,"429"),(4294966852,"444"),("Err(Transport(-404))","404"),
 ("400 ENCRYPTED_MESSAGE_INVALID","permanent_key|ENCRYPTED"),("ENCRYPTED_MESSAGE_INVALID","permanent_key"),("RpcError { code: 400, name: \"ENCRYPTED_MESSAGE_INVALID\" }","permanent_key"),("ENCRYPTED_MESSAGE_INVALID (400)","permanent_key"),("EncryptedMessageInvalidError","permanent_key"),("400 EXPIRES_AT_INVALID","date_refused"),("EXPIRES_AT_INVALID","date_refused"),("TEMP_AUTH_KEY_ALREADY_BOUND","bound"),("400 TEMP_AUTH_KEY_EMPTY","temp|empty"),("INPUT_REQUEST_TOO_LONG","other_bytes"),("-503 Timeout","delayed"),(-503,"delayed"),("401 AUTH_KEY_PERM_EMPTY","PERM_EMPTY|bound|bind"),("AUTH_KEY_UNREGISTERED","UNREG|login|log"),("400 CONNECTION_NOT_INITED","initConn|INITED"),("CDN_METHOD_INVALID","CDN"),("INPUT_METHOD_INVALID_3449039365_0","other_bytes"),("INPUT_FETCH_ERROR","other_bytes"),("420 FLOOD_WAIT_30","pause"),("FLOOD_WAIT_X","pause"),("500 INTERNAL","delayed"),("303 USER_MIGRATE_4","another_data_centre"),("AUTH_KEY_DUPLICATED","two places"),("SESSION_REVOKED","login"),("AUTH_KEY_INVALID","temporary_key"),("401 SESSION_PASSWORD_NEEDED","login"),("403 CHAT_WRITE_FORBIDDEN","not known|403"),("timeout","delayed"),("connection reset","clos|reset|known"),("None","."),("HTTP 502, attempt 20","answer_not_known"),("connection refused after 16 attempts","answer_not_known"),("20 retries","answer_not_known"),("took 34 ms","answer_not_known"),("Err(true)","answer_not_known"),("error: true","answer_not_known"),("!true","answer_not_known"),("result != true","answer_not_known"),("not true","answer_not_known"),("ok maybe","not known|know"),("null","."),("undefined","."),("[object Object]","not known|know"),("boolMaybe","know")]
for code in (16,17,18,19,20,32,33,34,35,48,64):
    NO.append((f"bad_msg_notification {code}",str(code)+"|bad_msg|msg_id|seq|salt|contain"))
    NO.append((f"BadMsgError({code})",str(code)+"|bad_msg|msg_id|seq|salt|contain"))
    NO.append(((lambda w,code=code:HX("11f8efa7")+u64(w.mid)+u32(1)+u32(code)),"bad_msg|msg_id|seq|salt|contain"))
NO.append((lambda w:HX("7b44abed")+u64(w.mid)+u32(1)+u32(48)+w.salt,"salt")); NO.append((lambda w:(HX("7b44abed")+u64(w.mid)+u32(1)+u32(48)+w.salt).hex(),"salt"))
er=lambda c,m:HX("19ca4421")+u32(c)+tl(m.encode())
for c,m in ((400,"ENCRYPTED_MESSAGE_INVALID"),(400,"EXPIRES_AT_INVALID"),(-503,"Timeout"),(420,"FLOOD_WAIT_7")):
    NO.append((rr(er(c,m)),"permanent|date_refused|delayed|pause")); NO.append((lambda w,c=c,m=m:rr(er(c,m))(w).hex(),"permanent|date_refused|delayed|pause")); NO.append((lambda w,c=c,m=m:rr(gz(er(c,m)))(w),"permanent|date_refused|delayed|pause"))
NO.append((rr(HX("b5757299"),12345),"another|other")); NO.append((rr(HX("379779bc")),"alse"))
for i,(a,want) in enumerate(NO): A.append((f"no {a!r}" if not callable(a) else f"no bytes {i} {want}",a,False,want))

def doubles(count):
    """Two mistakes of different steps in one binding, and what names each."""
    r = random.Random(8); kinds = [(l, w, f.__defaults__[0]) for l, w, f in S if f.__defaults__ and isinstance(f.__defaults__[0], dict)]
    kinds += [("packet " + l, w, {"outer": fn}) for l, (w, fn) in PK.items() if l not in ("by other key", "plain")]
    for n in range(count):
        a, b = r.sample(kinds, 2)
        while {*a[2]} & {*b[2]}: a, b = r.sample(kinds, 2)
        w = World(f"d{n}"); k = {**a[2], **b[2]}
        if "outer" in k: k["outer"] = k["outer"](w)
        D.append((f"{a[0]} + {b[0]}", (a[1], b[1]), lambda w=w, k=k: build(w, **k)))
doubles(240)
missing = {"salt": (0, 8), "session_id": (8, 16), "msg_id": (16, 24), "seqno": (24, 28)}
def without(field):
    """A packet whose message lacks a field, where nothing is told that tells which."""
    a, b = missing[field]; d = build(World("m" + field), outer=dict(plainfn=lambda p: p[:a] + p[b:]))
    return {n: d[n] for n in ("packet", "temp_key", "now")}
