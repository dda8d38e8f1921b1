"""Patients of a ninth author: one slip each, what of it has to be seen, and what is told of each. Truth is a value at its
offset (V), words that have to be there (P), or one of several (ANY)."""

# ruff: noqa
# mypy: ignore-errors

import base64, gzip, random, zlib
from unseen_ninth_client import *
try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB, OFB
except ImportError:
    CFB, OFB = modes.CFB, modes.OFB
S = []   # (name, where, needs, fn(c)->truth)
def add(name, where, needs, f): S.append((name, where, set(needs.split()), f))
def V(field, off, got, exp): return ("V", field, off, got, exp)
def P(*pats): return ("P", pats)     # every pattern must be found in the first finding (name, sentence, evidence)
OFF = {"random":0,"msg_id":16,"seqno":24,"length":28,"constructor":32,"nonce":36,"temp_auth_key_id":44,"perm_auth_key_id":52,"temp_session_id":60,"expires_at":68}
NEED = {"msg_id":"msg_id","nonce":"request|nonce","temp_auth_key_id":"temp","perm_auth_key_id":"","temp_session_id":"session","expires_at":"request|expires_at","constructor":"","seqno":"","length":""}
def flt(b): 
    n = int(float(sg(int.from_bytes(b,"little")))); return q(n)
TR = {
 "be": lambda b: b[::-1], "words": lambda b: b[4:]+b[:4], "bswap32": lambda b: b[:4][::-1]+b[4:][::-1], "pairs": lambda b: b"".join(b[i:i+2][::-1] for i in range(0,len(b),2)),
 "zero": lambda b: bytes(len(b)), "ones": lambda b: b"\xff"*len(b), "plus1": lambda b: ((int.from_bytes(b,"little")+1)%(256**len(b))).to_bytes(len(b),"little"),
 "minus4": lambda b: ((int.from_bytes(b,"little")-4)%(256**len(b))).to_bytes(len(b),"little"), "low32": lambda b: b[:4]+bytes(4), "signext": lambda b: b[:4]+b"\xff"*4, "high32": lambda b: b[4:]+bytes(4),
 "double": flt, "neg": lambda b: ((-int.from_bytes(b,"little"))%(256**len(b))).to_bytes(len(b),"little"), "nosign": lambda b: b[:-1]+bytes([b[-1]&0x7f]), "not": lambda b: bytes(x^255 for x in b),
 "lastbyte0": lambda b: b[:-1]+b"\0", "nibbles": lambda b: bytes((x>>4)|((x&15)<<4) for x in b), "bit17": lambda b: xor(b, (1<<17).to_bytes(len(b),"little")), "shl8": lambda b: b"\0"+b[:-1], "asciihex": lambda b: b.hex().encode()[:len(b)],
 "b64text": lambda b: base64.b64encode(b)[:len(b)], "doublebits": lambda b: struct.pack("<d", float(sg(int.from_bytes(b,"little")))), "utf8loss": lambda b: (b.decode("utf8","replace").encode()+bytes(8))[:len(b)]}
WIDE = ["msg_id","nonce","temp_auth_key_id","perm_auth_key_id","temp_session_id"]
PICK = {"msg_id":["be","zero","plus1","minus4","low32","high32","double","words","asciihex","bit17","doublebits"],
 "nonce":["be","zero","ones","double","signext","nosign","nibbles","utf8loss","bit17","shl8","bswap32"],
 "temp_auth_key_id":["be","zero","low32","double","words","pairs","not","asciihex","lastbyte0","plus1"],
 "perm_auth_key_id":["be","zero","high32","double","bswap32","neg","bit17","asciihex","nosign","ones"],
 "temp_session_id":["be","zero","low32","signext","double","neg","words","lastbyte0","b64text","plus1","doublebits"],
 "expires_at":["be","zero","plus1","minus4","pairs","bit17","ones","words0"],
 "constructor":["be","zero","bit17","ones","pairs"], "seqno":["plus1","ones","bit17"], "length":["be","zero","plus1"]}
TR["words0"] = lambda b: b[2:]+b[:2]
for f, ts in PICK.items():
    for t in ts:
        def fn(c, f=f, t=t):
            D = c.v if f in c.v else c.hd
            old = D[f]; D[f] = TR[t](old) 
            if D[f] == old: D[f] = xor(old, b"\1"+bytes(len(old)-1))
            return V(f, OFF[f], D[f], old)
        add(f"in_{f}_{t}", "inner", NEED[f], fn)
# values from elsewhere
def other(field, val, needs=""):
    def fn(c):
        D = c.v if field in c.v else c.hd
        old = D[field]; D[field] = val(c); return V(field, OFF[field], D[field] if D[field] not in c.temp + c.perm else "not shown.*", old)
    return fn
E_ = [("temp_is_perm","temp_auth_key_id",lambda c:kid(c.perm)),("perm_is_temp","perm_auth_key_id",lambda c:kid(c.temp)),("temp_id_front","temp_auth_key_id",lambda c:sha1(c.temp)[:8]),
 ("temp_id_mid","temp_auth_key_id",lambda c:sha1(c.temp)[4:12]),("perm_id_front","perm_auth_key_id",lambda c:sha1(c.perm)[:8]),("temp_id_sha256","temp_auth_key_id",lambda c:sha256(c.temp)[24:32]),
 ("perm_id_sha256","perm_auth_key_id",lambda c:sha256(c.perm)[:8]),("temp_id_md5","temp_auth_key_id",lambda c:hashlib.md5(c.temp).digest()[8:]),("temp_id_of_hex","temp_auth_key_id",lambda c:sha1(c.temp.hex().encode())[12:20]),
 ("perm_id_of_reversed","perm_auth_key_id",lambda c:sha1(c.perm[::-1])[12:20]),("temp_id_keyhead","temp_auth_key_id",lambda c:c.temp[:8]),("perm_id_keytail","perm_auth_key_id",lambda c:c.perm[-8:]),
 ("temp_id_of_first128","temp_auth_key_id",lambda c:sha1(c.temp[:128])[12:20]),("perm_id_11_19","perm_auth_key_id",lambda c:sha1(c.perm)[11:19]),("temp_other","temp_auth_key_id",lambda c:kid(c.other)),
 ("session_nonce","temp_session_id",lambda c:q(c.nonce)),("session_msgid","temp_session_id",lambda c:q(c.msg_id)),("session_salt","temp_session_id",lambda c:q(c.salt)),("session_other","temp_session_id",lambda c:c.r.randbytes(8)),
 ("msgid_other_later","msg_id",lambda c:q(c.msg_id+(3<<32)+16)),("msgid_secs","msg_id",lambda c:q(c.now)),("msgid_millis","msg_id",lambda c:q(c.now*1000)),("msgid_nolow","msg_id",lambda c:q(c.msg_id>>32<<32)),
 ("msgid_random","msg_id",lambda c:c.r.randbytes(8)),("msgid_session","msg_id",lambda c:q(c.session)),("nonce_other","nonce",lambda c:c.r.randbytes(8)),("nonce_session","nonce",lambda c:q(c.session)),
 ("nonce_random_head","nonce",lambda c:c.random[:8]),("exp_seconds","expires_at",lambda c:d(86400)),("exp_now","expires_at",lambda c:d(c.now)),("exp_millis","expires_at",lambda c:d((c.expires*1000))),
 ("exp_later","expires_at",lambda c:d(c.expires+1)),("exp_float","expires_at",lambda c:struct.pack("<f",c.expires)),("exp_of_perm","expires_at",lambda c:d(c.expires+86400*7)),
 ("ctor_request","constructor",lambda c:bytes.fromhex("052ad4cd")),("ctor_dh_gen","constructor",lambda c:bytes.fromhex("34f7cb3b")),("ctor_msg","constructor",lambda c:bytes.fromhex("dcf8f173")),("ctor_bool","constructor",lambda c:bytes.fromhex("b5757299")),
 ("ctor_typo","constructor",lambda c:bytes.fromhex("65f7a357")),("seqno_one","seqno",lambda c:d(1)),("seqno_7","seqno",lambda c:d(7)),("length_72","length",lambda c:d(72)),("length_36","length",lambda c:d(36)),
 ("length_80","length",lambda c:d(80)),("length_104","length",lambda c:d(104)),("length_48","length",lambda c:d(48)),("length_words","length",lambda c:d(10))]
for n,f,g in E_: add("val_"+n, "inner", NEED[f], other(f,g))
def swp(a,b):
    def fn(c):
        i,j=c.order.index(a),c.order.index(b); c.order[i],c.order[j]=b,a
        return ("ANY", [P("order|place|swap|chang", a), P("order|place|swap|chang", b), V(a,OFF[a],None,c.v[a]), V(b,OFF[b],None,c.v[b])])
    return fn
for a,b in [("nonce","temp_auth_key_id"),("temp_auth_key_id","perm_auth_key_id"),("perm_auth_key_id","temp_session_id"),("temp_session_id","expires_at"),("nonce","temp_session_id"),("temp_auth_key_id","temp_session_id")]:
    add(f"swap_{a}_{b}","inner",NEED[b]+" "+NEED[a],swp(a,b))
for k,autolen in [(k,al) for k in INNER for al in (0,1)]:
    def fn(c,k=k,al=autolen):
        c.order.remove(k)
        if al: c.hd["length"]=d(40-len(c.v[k]))
        return P("missing|left out|leaves out|without|too few", k)
    add(f"drop_{k}{'_len' if autolen else ''}","inner","request temp session msg_id" if k not in("constructor",) else "",fn)
for k,al in [("nonce",0),("temp_auth_key_id",1),("perm_auth_key_id",0),("temp_session_id",1),("expires_at",0),("constructor",1)]:
    def fn(c,k=k,al=al):
        i=c.order.index(k); c.order.insert(i,k)
        if al: c.hd["length"]=d(40+len(c.v[k]))
        return P("twice|doubled|second time|two times|too many|too wide", k)
    add(f"twice_{k}","inner","request temp session msg_id",fn)
for k,new,al in [("nonce",lambda b:b[:4],0),("temp_auth_key_id",lambda b:b[:4],1),("perm_auth_key_id",lambda b:b[4:],0),("temp_session_id",lambda b:b[:4],1),("temp_session_id",lambda b:b[:4],0),("nonce",lambda b:b+bytes(8),1),("nonce",lambda b:b+b"abcdefgh",0),
                 ("expires_at",lambda b:b+bytes(4),0),("expires_at",lambda b:b+bytes(4),1),("temp_auth_key_id",lambda b:b+bytes(8),1),("perm_auth_key_id",lambda b:b[:7],0)]:
    def fn(c,k=k,new=new,al=al):
        o=c.v[k]; c.v[k]=new(o)
        if al: c.hd["length"]=d(40-len(o)+len(c.v[k]))
        n=len(c.v[k]); return ("ANY",[P("8 bytes too many"),P(rf"\b{n} bytes", k), V(k,OFF[k],f"{n} bytes.*",None), P("eight bytes|8 bytes|inserted|extra", k) if n>len(o) else P("missing",k)])
    add(f"size_{k}_{len(S)}","inner","request temp session msg_id",fn)
def fn(c):
    c.v["temp_auth_key_id"]=sha1(c.temp); return ("ANY",[P("20 bytes|whole SHA1|too many", "temp_auth_key_id")])
add("temp_id_whole_sha1","inner","request temp session msg_id",fn)
def fn(c):
    c.v["nonce"]=tl(c.v["nonce"]); return P("nonce","string|bytes|length|12 bytes")
add("nonce_as_tl_bytes","inner","request temp session msg_id",fn)
def fn(c):
    c.v["constructor"]+=bytes(4); c.hd["length"]=d(44); return P("flags|four bytes|4 bytes|extra|more|inserted|too many")
add("flags_after_ctor","inner","request temp session msg_id",fn)
def fn(c):
    c.v["constructor"]=d(0x73f1f8dc)+c.v["constructor"]; c.hd["length"]=d(44); return V("constructor",32,bytes.fromhex("dcf8f173"),bytes.fromhex("65f7a375"))
add("ctor_in_front_of_ctor","inner","request temp session msg_id",fn)
for nm,val in [("random8",lambda c:c.random[:8]),("random0",lambda c:b""),("random32",lambda c:c.random*2),("random12",lambda c:c.random[:12]),("random24",lambda c:c.random+c.random[:8])]:
    def fn(c,val=val):
        c.hd["random"]=val(c); return ("ANY",[P("random", "missing|too few|too many|bytes|left out")])
    add(nm,"header","",fn)
for k,al in [("msg_id",0),("seqno",0),("length",0)]:
    def fn(c,k=k):
        c.hdorder.remove(k); return P("missing|left out|leaves out|too few|without", k)
    add(f"hdr_drop_{k}","header","",fn)
def fn(c): c.hd["seqno"]=q(0); return P("seqno","8 bytes|too many|too wide")
add("seqno_long","header","",fn)
def fn(c): c.hd["length"]=q(40); return P("length","8 bytes|too many|too wide")
add("length_long","header","",fn)
def fn(c): c.hd["msg_id"]=c.hd["msg_id"][:4]; return P("msg_id","4 bytes|too few|narrow")
add("msg_id_int","header","",fn)
def fn(c): c.hd["length"]=b""; c.hd["seqno"]=b""; return P("seqno|length","missing|left out|without")
add("no_seqno_no_length","header","",fn)
def fn(c): c.hdorder=["random","msg_id","length","seqno"]; return ("ANY",[P("seqno","length","order|place|swap"),V("seqno",24,40,0),V("length",28,0,40)])
add("seqno_length_swapped","header","",fn)
def fn(c): c.hdorder=["msg_id","random","seqno","length"]; return P("order|place|swap|behind|before|stands|first", "msg_id|random")
add("msg_id_first","header","",fn)
def fn(c): c.hdorder=["msg_id","seqno","length","random"]; return P("order|place|swap|behind|before|stands|first|missing", "random")
add("random_last","header","",fn)
# hash
H = {"over_padding":(lambda c,p,a:sha1(p,a)[4:20],"padding"),"inner_only":(lambda c,p,a:sha1(p[32:])[4:20],r"32:72|inner|forty|40"),"without_random":(lambda c,p,a:sha1(p[16:])[4:20],r"16:72|random"),
 "head0":(lambda c,p,a:sha1(p)[:16],r"\[0:16\]|\[:16\]|first 16"),"off8":(lambda c,p,a:(sha1(p)+bytes(8))[8:24],r"8:2|8:20|cut"),"off3":(lambda c,p,a:sha1(p)[3:19],r"3:19|cut"),"sha256_8_24":(lambda c,p,a:sha256(p)[8:24],"(?i)sha-?256"),
 "sha256_4_20":(lambda c,p,a:sha256(p)[4:20],"(?i)sha-?256"),"sha256_0_16":(lambda c,p,a:sha256(p)[:16],"(?i)sha-?256"),"md5":(lambda c,p,a:hashlib.md5(p).digest(),"(?i)md5"),"sha512":(lambda c,p,a:hashlib.sha512(p).digest()[:16],"(?i)sha-?512"),
 "v2":(lambda c,p,a:sha256(c.perm[88:120],p,a)[8:24],r"2\.0|88:120"),"v2_nopad":(lambda c,p,a:sha256(c.perm[88:120],p)[8:24],r"2\.0|88:120"),"v2_x8":(lambda c,p,a:sha256(c.perm[96:128],p,a)[8:24],r"96:128|2\.0"),
 "reversed":(lambda c,p,a:sha1(p)[4:20][::-1],"turned|reverse|order|backward"),"words":(lambda c,p,a:b"".join(sha1(p)[4:20][i:i+4][::-1] for i in range(0,16,4)),"word|turned|order"),"with_key":(lambda c,p,a:sha1(c.perm,p)[4:20],"(?i)key"),
 "hexofplain":(lambda c,p,a:sha1(p.hex().encode())[4:20],"(?i)hex|text"),"double":(lambda c,p,a:sha1(sha1(p))[4:20],"(?i)twice"),"upto68":(lambda c,p,a:sha1(p[:68])[4:20],r":68|expires_at"),"from8":(lambda c,p,a:sha1(p[8:])[4:20],r"\[8:72|8:"),
 "zeropad":(lambda c,p,a:sha1(p+bytes(8))[4:20],"zero|padding"),"sha224":(lambda c,p,a:hashlib.sha224(p).digest()[4:20],"(?i)sha-?224|digest|hash"),"zero":(lambda c,p,a:bytes(16),"zero|0000"),"random":(lambda c,p,a:c.random,"random|no hash|not the hash|msg_key"),
 "hmac":(lambda c,p,a:__import__("hmac").new(c.perm,p,"sha1").digest()[4:20],"(?i)hmac|msg_key"),"hexdigest":(lambda c,p,a:hashlib.sha1(p).hexdigest()[8:24].encode(),"(?i)hex|text"),"over_cleared_random":(lambda c,p,a:sha1(bytes(16)+p[16:])[4:20],"random|zero|filled")}
for n,(h,pat) in H.items():
    def fn(c,h=h,pat=pat):
        c.hash=lambda p,a: h(c,p,a); return P("msg_key",pat)
    add("hash_"+n,"hash","",fn)
# kdf
def K(c,mk,A=None,B=None,C=None,D=None,key=None,iv=None,ak=None,x=0):
    ak=ak or c.perm
    a=(A or (lambda: sha1(mk,ak[:32])))(); b=(B or (lambda: sha1(ak[32:48],mk,ak[48:64])))(); cc=(C or (lambda: sha1(ak[64:96],mk)))(); dd=(D or (lambda: sha1(mk,ak[96:128])))()
    return (key(a,b,cc,dd) if key else a[:8]+b[8:20]+cc[4:16]), (iv(a,b,cc,dd) if iv else a[8:20]+b[:8]+cc[16:20]+dd[:8])
KD = {"a_order":(lambda c,m:K(c,m,A=lambda:sha1(c.perm[:32],m)),r"sha1_a|auth_key\[0:32\]"),"a_slice":(lambda c,m:K(c,m,A=lambda:sha1(m,c.perm[8:40])),"sha1_a|8:40"),"a_36":(lambda c,m:K(c,m,A=lambda:sha1(m,c.perm[:36])),"sha1_a|0:36"),
 "b_order_front":(lambda c,m:K(c,m,B=lambda:sha1(m,c.perm[32:64])),"sha1_b|32:64|32:48"),"b_order_back":(lambda c,m:K(c,m,B=lambda:sha1(c.perm[32:64],m)),"sha1_b|32:64|32:48"),"b_swapped":(lambda c,m:K(c,m,B=lambda:sha1(c.perm[48:64],m,c.perm[32:48])),"sha1_b|48:64"),
 "b_slice":(lambda c,m:K(c,m,B=lambda:sha1(c.perm[40:56],m,c.perm[56:72])),"sha1_b|40:56"),"b_second_twice":(lambda c,m:K(c,m,B=lambda:sha1(c.perm[32:48],m,c.perm[32:48])),"sha1_b|32:48"),"c_order":(lambda c,m:K(c,m,C=lambda:sha1(m,c.perm[64:96])),"sha1_c|64:96"),
 "c_slice":(lambda c,m:K(c,m,C=lambda:sha1(c.perm[72:104],m)),"sha1_c|72:104"),"c_16":(lambda c,m:K(c,m,C=lambda:sha1(c.perm[64:80],m)),"sha1_c|64:80"),"d_order":(lambda c,m:K(c,m,D=lambda:sha1(c.perm[96:128],m)),"sha1_d|96:128"),
 "d_slice":(lambda c,m:K(c,m,D=lambda:sha1(m,c.perm[104:136])),"sha1_d|104:136"),"d_is_c":(lambda c,m:K(c,m,D=lambda:sha1(c.perm[64:96],m)),"sha1_d|64:96"),
 "key_c_0_12":(lambda c,m:K(c,m,key=lambda a,b,cc,dd:a[:8]+b[8:20]+cc[:12]),"aes_key"),"key_b_0_12":(lambda c,m:K(c,m,key=lambda a,b,cc,dd:a[:8]+b[:12]+cc[4:16]),"aes_key"),"key_a_8":(lambda c,m:K(c,m,key=lambda a,b,cc,dd:a[8:16]+b[8:20]+cc[4:16]),"aes_key"),
 "key_order":(lambda c,m:K(c,m,key=lambda a,b,cc,dd:b[8:20]+a[:8]+cc[4:16]),"aes_key"),"key_c_8_20":(lambda c,m:K(c,m,key=lambda a,b,cc,dd:a[:8]+b[8:20]+cc[8:20]),"aes_key"),
 "iv_a":(lambda c,m:K(c,m,iv=lambda a,b,cc,dd:a[:12]+b[:8]+cc[16:20]+dd[:8]),"aes_iv"),"iv_b":(lambda c,m:K(c,m,iv=lambda a,b,cc,dd:a[8:20]+b[8:16]+cc[16:20]+dd[:8]),"aes_iv"),"iv_c":(lambda c,m:K(c,m,iv=lambda a,b,cc,dd:a[8:20]+b[:8]+cc[:4]+dd[:8]),"aes_iv"),
 "iv_d":(lambda c,m:K(c,m,iv=lambda a,b,cc,dd:a[8:20]+b[:8]+cc[16:20]+dd[12:20]),"aes_iv"),"iv_order":(lambda c,m:K(c,m,iv=lambda a,b,cc,dd:b[:8]+a[8:20]+cc[16:20]+dd[:8]),"aes_iv"),"iv_d_8_16":(lambda c,m:K(c,m,iv=lambda a,b,cc,dd:a[8:20]+b[:8]+cc[16:20]+dd[8:16]),"aes_iv"),
 "iv_swapped":(lambda c,m:(lambda k,i:(k,i[16:]+i[:16]))(*K(c,m)),"iv"),"iv_zero":(lambda c,m:(K(c,m)[0],bytes(32)),"iv.*zero|zero.*iv|aes_iv"),"iv_half_twice":(lambda c,m:(lambda k,i:(k,i[:16]*2))(*K(c,m)),"iv"),"iv_is_key":(lambda c,m:(K(c,m)[0],)*2,"iv"),"swapped":(lambda c,m:K(c,m)[::-1],"key.*iv|iv.*key"),
 "x8":(lambda c,m:kdf1(c.perm,m,8),"x = 8"),"v2":(lambda c,m:kdf2(c.perm,m),r"2\.0|SHA256"),"v2x8":(lambda c,m:kdf2(c.perm,m,8),r"2\.0|SHA256"),"sha256_everywhere":(lambda c,m:(lambda a,b,cc,dd:(a[:8]+b[8:20]+cc[4:16],a[8:20]+b[:8]+cc[16:20]+dd[:8]))(sha256(m,c.perm[:32]),sha256(c.perm[32:48],m,c.perm[48:64]),sha256(c.perm[64:96],m),sha256(m,c.perm[96:128])),"SHA256|SHA-256"),
 "temp_key":(lambda c,m:kdf1(c.temp,m),"temporary"),"other_key":(lambda c,m:kdf1(c.other,m),"key"),"reversed_key":(lambda c,m:kdf1(c.perm[::-1],m),"turned|reverse|backward"),"hex_key":(lambda c,m:kdf1(c.perm.hex().encode(),m),"(?i)hex|text"),"hexupper_key":(lambda c,m:kdf1(c.perm.hex().upper().encode(),m),"(?i)hex|text"),"b64_key":(lambda c,m:kdf1(base64.b64encode(c.perm),m),"(?i)base64|text"),
 "second_half":(lambda c,m:kdf1(c.perm[128:],m),"128:|second half|half|128 bytes"),"x16":(lambda c,m:kdf1(c.perm,m,16),"16:48|x = 16|240 bytes"),"mk_reversed":(lambda c,m:kdf1(c.perm,m[::-1]),"msg_key"),"mk_hex":(lambda c,m:kdf1(c.perm,m.hex().encode()),"msg_key|hex"),"mk_zero":(lambda c,m:kdf1(c.perm,bytes(16)),"msg_key|zero"),
 "mk_first8":(lambda c,m:kdf1(c.perm,m[:8]),"msg_key"),"tmp_aes":(lambda c,m:(sha1(c.perm,m)+sha1(m,c.perm)[:12],sha1(m,c.perm)[12:20]+sha1(c.perm,c.perm)+c.perm[:4]),"key|seal|permanent"),"keyed_without_mk":(lambda c,m:kdf1(c.perm,b""),"msg_key"),
 "unaligned":(lambda c,m:kdf1(c.perm[1:]+b"\0",m),"1:33|byte|shift|key")}
for n,(k,pat) in KD.items():
    def fn(c,k=k,pat=pat):
        c.kdf=lambda m:k(c,m); return P(pat)
    add("kdf_"+n,"kdf","temp" if "temp" in n else "",fn)
def aes(key): return Cipher(algorithms.AES(key), modes.ECB())
def mode(m): return lambda k,iv,p: (lambda e:e.update(p)+e.finalize())(Cipher(algorithms.AES(k),m(iv)).encryptor())
CI = {"cbc":(mode(lambda iv:modes.CBC(iv[:16])),"CBC"),"cbc2":(mode(lambda iv:modes.CBC(iv[16:])),"CBC"),"ecb":(mode(lambda iv:modes.ECB()),"ECB"),"ctr":(mode(lambda iv:modes.CTR(iv[:16])),"CTR"),"decrypt":(lambda k,iv,p:ige(k,iv,p,True),"decrypt"),"aes128":(lambda k,iv,p:ige(k[:16],iv,p),"128"),"aes192":(lambda k,iv,p:ige(k[:24],iv,p),"192"),
 "cfb":(mode(lambda iv:CFB(iv[:16])),"CFB"),"ofb":(mode(lambda iv:OFB(iv[:16])),"OFB"),"each_block":(lambda k,iv,p:b"".join(ige(k,iv,p[i:i+16]) for i in range(0,len(p),16)),"each block|every block|begun|chain|block"),"none":(lambda k,iv,p:p,"plaintext|clear|not encrypted|unencrypted|not sealed|no encryption"),
 "twice":(lambda k,iv,p:ige(k,iv,ige(k,iv,p)),"twice"),"words":(lambda k,iv,p:ige(b"".join(k[i:i+4][::-1] for i in range(0,32,4)),iv,p),"word"),"words_data":(lambda k,iv,p:(lambda f:f(ige(k,iv,f(p))))(lambda z:b"".join(z[i:i+4][::-1] for i in range(0,len(z),4))),"word"),
 "key_rev":(lambda k,iv,p:ige(k[::-1],iv,p),"aes_key|turned"),"iv_rev":(lambda k,iv,p:ige(k,iv[::-1],p),"aes_iv|iv"),"bige":(lambda k,iv,p:ige(k,iv,ige(k,iv,p)[::-1]),"twice|both|bi|seal|permanent"),"pcbc":(lambda k,iv,p:ige(k,iv[:16]+bytes(16),p),"aes_iv|iv|PCBC"),"iv1zero":(lambda k,iv,p:ige(k,bytes(16)+iv[16:],p),"iv"),
"blocks_rev":(lambda k,iv,p:(lambda z:b"".join(z[i:i+16] for i in range(64,-1,-16)))(ige(k,iv,p)),"block|order|turned"),"ct_rev":(lambda k,iv,p:ige(k,iv,p)[::-1],"turned|reverse|backward"),
 "ct_trunc":(lambda k,iv,p:ige(k,iv,p)[:64],"size|cut|bytes|block|short"),"ct_hex":(lambda k,iv,p:ige(k,iv,p).hex().encode(),"hex"),"ct_b64":(lambda k,iv,p:base64.b64encode(ige(k,iv,p)),"base64"),"ct_plus":(lambda k,iv,p:ige(k,iv,p)+bytes(16),"bytes|size|too many|behind|more"),"ct_flip":(lambda k,iv,p:(lambda z:z[:40]+bytes([z[40]^4])+z[41:])(ige(k,iv,p)),"block|changed|damaged|garbl|byte|flipped"),
 "iv_prefixed":(lambda k,iv,p:iv[:16]+ige(k,iv,p),"iv|parts"),"utf8":(lambda k,iv,p:ige(k,iv,p).decode("latin1").encode("utf8"),"(?i)utf|text"),"lossy":(lambda k,iv,p:ige(k,iv,p).decode("utf8","replace").encode("utf8"),"(?i)utf|replace|text|efbfbd")}
for n,(f,pat) in CI.items():
    def fn(c,f=f,pat=pat):
        c.cipher=f; return P(pat)
    add("aes_"+n,"kdf","",fn)
PA = {"pad16":(lambda c,p:c.r.randbytes(24),"padding|size|24 bytes"),"pad12v2":(lambda c,p:c.r.randbytes(24+16),"padding|size"),"pkcs7_24":(lambda c,p:bytes([24])*24,"padding|size"),"none":(lambda c,p:b"","padding|size|blocks|bytes")}
for n,(f,pat) in PA.items():
    def fn(c,f=f,pat=pat,n=n):
        c.padding=lambda p:f(c,p)
        if n=="none": c.cipher=lambda k,iv,p:ige(k,iv,p[:64])+p[64:]
        return P(pat)
    add("pad_"+n,"pad","",fn)
def fn(c):
    c.plainpad=1; old=c.padding; c.padding=lambda p:b""; c.hd["random"]=c.pad8+c.hd["random"]; return P("padding|random|eight bytes|8 bytes")
add("padding_in_front","header","",fn)
# encrypted_message
EM = {"mk_first":(lambda c,m,t:m+kid(c.perm)+t,"order|place|msg_key"),"no_id":(lambda c,m,t:m+t,"perm_auth_key_id|id|missing"),"temp_id":(lambda c,m,t:kid(c.temp)+m+t,("perm_auth_key_id",0,lambda c:kid(c.temp),lambda c:kid(c.perm))),"id_be":(lambda c,m,t:kid(c.perm)[::-1]+m+t,("perm_auth_key_id",0,lambda c:kid(c.perm)[::-1],lambda c:kid(c.perm))),
 "id_front":(lambda c,m,t:sha1(c.perm)[:8]+m+t,("perm_auth_key_id",0,lambda c:sha1(c.perm)[:8],lambda c:kid(c.perm))),"id_zero":(lambda c,m,t:bytes(8)+m+t,("perm_auth_key_id",0,lambda c:bytes(8),lambda c:kid(c.perm))),"id_4":(lambda c,m,t:kid(c.perm)[:4]+m+t,"perm_auth_key_id|4 bytes|id"),"id_twice":(lambda c,m,t:kid(c.perm)*2+m+t,"twice|bytes|id|parts of|parts"),
 "no_mk":(lambda c,m,t:kid(c.perm)+t,"msg_key|88 bytes"),"mk_last":(lambda c,m,t:kid(c.perm)+t+m,"msg_key|order|place"),"mk_20":(lambda c,m,t:kid(c.perm)+sha1(c.plain)+t,"msg_key|20 bytes|SHA1"),"mk_rev":(lambda c,m,t:kid(c.perm)+m[::-1]+t,"msg_key"),"mk_8":(lambda c,m,t:kid(c.perm)+m[:8]+t,"msg_key|96 bytes"),"rev":(lambda c,m,t:(kid(c.perm)+m+t)[::-1],"turned|reverse|backward"),
 "hex":(lambda c,m,t:(kid(c.perm)+m+t).hex().encode(),"hex"),"b64":(lambda c,m,t:base64.b64encode(kid(c.perm)+m+t),"base64"),"twice":(lambda c,m,t:(kid(c.perm)+m+t)*2,"twice|size|bytes"),"cut4":(lambda c,m,t:(kid(c.perm)+m+t)[:-4],"bytes|size|cut|short|missing"),"firstbyte":(lambda c,m,t:(kid(c.perm)+m+t)[1:],"bytes|size|missing|cut"),"tl_inside":(lambda c,m,t:tl(kid(c.perm)+m+t),"length|twice|string|TL|bytes"),
 "len4":(lambda c,m,t:d(104)+kid(c.perm)+m+t,"length|four bytes|4 bytes|parts of|parts"),"ctor":(lambda c,m,t:bytes.fromhex("052ad4cd")+kid(c.perm)+m+t,"four bytes|4 bytes|constructor|bytes|parts of|parts"),"v2packet":(lambda c,m,t:(lambda mm:kid(c.perm)+sha256(c.perm[88:120],c.padded+c.pad8+c.pad8)[8:24]+ige(*kdf2(c.perm,sha256(c.perm[88:120],c.padded+c.pad8+c.pad8)[8:24]),c.padded+c.pad8+c.pad8))(0),r"2\.0"),
 "mk_bit":(lambda c,m,t:kid(c.perm)+xor(m,b"\0\0\x10"+bytes(13))+t,"msg_key")}
for n,(f,pat) in EM.items():
    def fn(c,f=f,pat=pat):
        c.em_of=lambda m,t:f(c,m,t)
        return P(pat) if isinstance(pat,str) else ("ANY",[V(pat[0],pat[1],pat[2](c),pat[3](c))])
    add("em_"+n,"em","temp" if "temp" in n else "",fn)
# request
ROFF={"constructor":0,"perm_auth_key_id":4,"nonce":12,"expires_at":20,"encrypted_message":24}
for f,t in [("constructor","be"),("constructor","zero"),("constructor","bit17"),("perm_auth_key_id","be"),("perm_auth_key_id","zero"),("perm_auth_key_id","double"),("perm_auth_key_id","words"),("perm_auth_key_id","plus1"),("nonce","be"),("nonce","zero"),("nonce","double"),("nonce","low32"),("nonce","bswap32"),("expires_at","be"),("expires_at","zero"),("expires_at","plus1"),("expires_at","pairs")]:
    def fn(c,f=f,t=t):
        o=c.rv[f]; c.rv[f]=TR[t](o)
        alts=[V(f,ROFF[f],c.rv[f],o)]
        if f in("nonce","expires_at"): alts.append(V(f,OFF[f],o,c.rv[f]))
        return ("ANY",alts)
    add(f"req_{f}_{t}","request","",fn)
for n,f,val in [("temp_id","perm_auth_key_id",lambda c:kid(c.temp)),("front","perm_auth_key_id",lambda c:sha1(c.perm)[:8]),("exp_secs","expires_at",lambda c:d(86400)),("exp_later","expires_at",lambda c:d(c.expires+7)),("nonce_new","nonce",lambda c:c.r.randbytes(8)),("nonce_session","nonce",lambda c:q(c.session)),("ctor_inner","constructor",lambda c:bytes.fromhex("65f7a375")),("ctor_drop","constructor",lambda c:bytes.fromhex("bd5a488e"))]:
    def fn(c,f=f,val=val):
        o=c.rv[f]; c.rv[f]=val(c); alts=[V(f,ROFF[f],c.rv[f],o)]
        if f in("nonce","expires_at"): alts.append(V(f,OFF[f],o,c.rv[f]))
        return ("ANY",alts)
    add(f"reqval_{n}","request","temp" if n=="temp_id" else "",fn)
TLB={"none":(lambda b:b,"length"),"nopad":(lambda b:bytes([len(b)])+b,"three zeros|padding|zeros"),"int":(lambda b:d(len(b))+b,"length|int"),"be_int":(lambda b:struct.pack(">I",len(b))+b,"length"),"fe":(lambda b:b"\xfe"+struct.pack("<I",len(b))[:3]+b,"long form|length"),"short":(lambda b:bytes([len(b)-1])+b+bytes(3),"length"),"words":(lambda b:bytes([len(b)//4])+b+bytes(3),"length"),
 "pad1":(lambda b:bytes([len(b)])+b+bytes(1),"zeros|padding"),"pad7":(lambda b:bytes([len(b)])+b+bytes(7),"bytes|left over|padding|more|behind"),"vector":(lambda b:bytes.fromhex("15c4b51c")+d(len(b))+b,"(?i)vector|length"),"long":(lambda b:q(len(b))+b,"length"),"hexlen":(lambda b:tl(b.hex().encode()),"hex"),"len16":(lambda b:struct.pack("<H",len(b))+b+bytes(2),"length"),"fe_be":(lambda b:b"\xfe"+struct.pack(">I",len(b))[1:]+b,"length"),
 "padfront":(lambda b:bytes([len(b)])+bytes(3)+b,"length|zeros"),"incl":(lambda b:bytes([len(b)+4])+b+bytes(3),"length")}
for n,(f,pat) in TLB.items():
    def fn(c,f=f,pat=pat): c.tlbytes=f; return P(pat)
    add("tl_"+n,"request","",fn)
for a,b in [("perm_auth_key_id","nonce"),("nonce","expires_at"),("expires_at","encrypted_message"),("perm_auth_key_id","encrypted_message")]:
    def fn(c,a=a,b=b):
        i,j=c.rorder.index(a),c.rorder.index(b); c.rorder[i],c.rorder[j]=b,a; return P("order|place|swap|chang")
    add(f"reqswap_{a}_{b}","request","",fn)
for k in ["constructor","perm_auth_key_id","nonce","expires_at"]:
    def fn(c,k=k): c.rorder.remove(k); return P("missing|left out|leaves out|without|too few|begins", k)
    add(f"reqdrop_{k}","request","",fn)
def fn(c): c.rorder.remove("encrypted_message"); return P("encrypted_message","missing|left out|no |without|ends")
add("reqdrop_em","request","",fn)
for k,new,pat in [("expires_at",lambda b:b+bytes(4),"8 bytes"),("nonce",lambda b:b[:4],"4 bytes"),("nonce",lambda b:b*2,"16 bytes"),("perm_auth_key_id",lambda b:b[4:],"4 bytes"),("constructor",lambda b:b+bytes(4),"bytes|flags|more")]:
    def fn(c,k=k,new=new,pat=pat): c.rv[k]=new(c.rv[k]); return P(k+"|flags|between",pat+"|between|twice")
    add(f"reqsize_{k}_{pat[:2]}","request","",fn)
BO={"trail4":(lambda r:r+bytes(4),"left over|behind|trailing|more|after|follows"),"trail16":(lambda r:r+b"\x11"*16,"left over|behind|trailing|more|after|follows"),"layer_only":(lambda r:bytes.fromhex("0d0d9bda")+d(195)+r,None),"twice":(lambda r:r+r,"twice|left over|behind|more|follows"),"lenprefix":(lambda r:d(len(r))+r,"length|four bytes|4 bytes|front|constructor"),"vector":(lambda r:bytes.fromhex("15c4b51c")+d(1)+r,"(?i)vector|15c4b51c"),
 "tlbytes":(lambda r:tl(r),"length|string|TL"),"hex":(lambda r:r.hex().encode(),"hex"),"b64":(lambda r:base64.b64encode(r),"base64"),"rev":(lambda r:r[::-1],"turned|reverse|backward"),"cut":(lambda r:r[:100],"cut|missing|short|ends|bytes"),"rpcresult":(lambda r:bytes.fromhex("016d5cf3")+bytes(8)+r,"rpc_result|constructor|wrapped|front")}
for n,(f,pat) in BO.items():
    if pat is None: continue
    def fn(c,f=f,pat=pat): c.body=f; return P(pat)
    add("body_"+n,"body","",fn)
# packet
def pk(name,pat,needs=""):
    def deco(f): 
        def fn(c): t=f(c); return t or P(pat)
        add("pkt_"+name,"packet",needs,fn); return f
    return deco
MOFF={"salt":0,"session_id":8,"msg_id":16,"seqno":24,"length":28}
@pk("v1",r"1\.0")
def _(c): c.v1packet=True
@pk("x8","x = 8")
def _(c): c.px=8
@pk("permkey","permanent")
def _(c): c.pkey=c.perm
@pk("perm_id","id")
def _(c): c.pid=kid(c.perm)
@pk("id_be","id")
def _(c): c.pid=kid(c.temp)[::-1]; return V("auth_key_id",0,c.pid,kid(c.temp))
@pk("id_front","id")
def _(c): c.pid=sha1(c.temp)[:8]; return V("auth_key_id",0,c.pid,kid(c.temp))
@pk("id_zero","id")
def _(c): c.pid=bytes(8)
@pk("mk_nopad","padding")
def _(c): c.pmk=lambda a,m,p:sha256(a[88:120],m)[8:24]
@pk("mk_noslice","msg_key")
def _(c): c.pmk=lambda a,m,p:sha256(m,p)[8:24]
@pk("mk_0_16","msg_key")
def _(c): c.pmk=lambda a,m,p:sha256(a[88:120],m,p)[:16]
@pk("mk_sha1","msg_key")
def _(c): c.pmk=lambda a,m,p:sha1(m)[4:20]
@pk("mk_96","msg_key|96:128")
def _(c): c.pmk=lambda a,m,p:sha256(a[96:128],m,p)[8:24]
@pk("seqno0","seqno")
def _(c): c.mv["seqno"]=d(0); return V("seqno",24,0,"odd|1.*")
@pk("seqno2","seqno")
def _(c): c.mv["seqno"]=d(2); return V("seqno",24,2,"odd|.*")
@pk("len148","length")
def _(c): c.mv["length"]=d(148); return V("length",28,148,"132|116|a multiple.*")
@pk("len136","length")
def _(c): c.mv["length"]=d(136); return V("length",28,136,132)
@pk("len33","length")
def _(c): c.mv["length"]=d(33); return V("length",28,33,132)
@pk("len_be","length")
def _(c): c.mv["length"]=struct.pack(">I",132); return V("length",28,struct.pack(">I",132),132)
@pk("pad1040","padding")
def _(c): c.mpad=lambda m:c.r.randbytes(1024+16+-len(m)%16)
@pk("msgid_mod4","msg_id")
def _(c): c.msg_id+=1; c.mv["msg_id"]=c.hd["msg_id"]=q(c.msg_id); return V("msg_id",16,c.msg_id,".*")
@pk("msgid_secs","msg_id")
def _(c): c.mv["msg_id"]=c.hd["msg_id"]=q(c.now*1000&~3); return V("msg_id",16,c.mv["msg_id"],".*")
@pk("msgid_new","msg_id")
def _(c): o=c.hd["msg_id"]; c.mv["msg_id"]=q(c.msg_id+4096); return ("ANY",[V("msg_id",16,o,c.mv["msg_id"]),V("msg_id",16,c.mv["msg_id"],o)])
@pk("salt0","salt")
def _(c): c.mv["salt"]=bytes(8); return V("salt",0,0,".*")
@pk("salt_session","salt.*session|session.*salt")
def _(c): c.morder[:2]=["session_id","salt"]
@pk("session0","session")
def _(c): c.mv["session_id"]=bytes(8); return ("ANY",[V("session_id",8,0,".*"),V("temp_session_id",60,q(c.session),bytes(8))])
@pk("session_new","session")
def _(c): c.mv["session_id"]=c.r.randbytes(8); return ("ANY",[V("temp_session_id",60,q(c.session),c.mv["session_id"])])
@pk("session_be","session")
def _(c): c.mv["session_id"]=q(c.session)[::-1]; return ("ANY",[V("temp_session_id",60,q(c.session),c.mv["session_id"]),V("session_id",8,c.mv["session_id"],q(c.session))])
@pk("no_salt","salt")
def _(c): c.morder.remove("salt")
@pk("no_session","session")
def _(c): c.morder.remove("session_id")
@pk("no_seqno","seqno")
def _(c): c.morder.remove("seqno")
@pk("no_length","length")
def _(c): c.morder.remove("length")
@pk("seq_len_swapped","seqno.*length|length.*seqno|order")
def _(c): c.morder[3:]=["length","seqno"]
@pk("salt_be","salt","salt")
def _(c): c.mv["salt"]=q(c.salt)[::-1]; return V("salt",0,c.mv["salt"],q(c.salt))
@pk("salt_other","salt","salt")
def _(c): c.mv["salt"]=c.r.randbytes(8); return V("salt",0,c.mv["salt"],q(c.salt))
@pk("otherkey","key")
def _(c): c.pkey=c.other
# told values
def told(name,pat,**kw):
    def fn(c):
        c.extra={k:(v(c) if callable(v) else v) for k,v in kw.items()}; return P(pat)
    add("told_"+name,"told","",fn)
told("expired","expires_at|past|over|msg_id",now=lambda c:c.expires+50); told("bound_elsewhere","bound|ALREADY",bound_to=lambda c:sg(int.from_bytes(kid(c.other),"little")),answer="400 TEMP_AUTH_KEY_ALREADY_BOUND")
told("clock_behind","clock|time|msg_id",now=lambda c:c.now+4000,answer="bad_msg_notification 16"); told("clock_ahead","clock|time|msg_id",now=lambda c:c.now-4000,answer="bad_msg_notification 17")
told("young","young|seconds|60|again",perm_key_created=lambda c:c.now-5,now=lambda c:c.now,answer="400 ENCRYPTED_MESSAGE_INVALID"); told("key_ended","key_expires|promised|end|over|past",key_expires_at=lambda c:c.now-5,now=lambda c:c.now,answer="-404")
def fn(c):
    e=c.now+2**28 ; c.expires=e; c.v["expires_at"]=c.rv["expires_at"]=d(e); c.extra=dict(now=c.now,key_expires_at=c.now+86400,answer="400 EXPIRES_AT_INVALID"); return ("ANY",[V("expires_at",20,e,".*"),V("expires_at",68,e,".*")])
add("told_far_future","told","",fn)
def fn(c):
    e=2145000000 ; c.expires=e; c.v["expires_at"]=c.rv["expires_at"]=d(e); c.extra=dict(now=c.now,answer="400 EXPIRES_AT_INVALID"); return ("ANY",[V("expires_at",20,e,".*"),V("expires_at",68,e,".*")])
add("told_2038","told","",fn)
def fn(c):
    e=c.now-86400 ; c.expires=e; c.v["expires_at"]=c.rv["expires_at"]=d(e); c.extra=dict(now=c.now,answer="400 EXPIRES_AT_INVALID"); return ("ANY",[V("expires_at",20,e,".*"),V("expires_at",68,e,".*")])
add("told_past","told","",fn)
def fn(c):
    e=86400 ; c.expires=e; c.v["expires_at"]=c.rv["expires_at"]=d(e); c.extra=dict(now=c.now,answer="400 EXPIRES_AT_INVALID"); return ("ANY",[V("expires_at",20,e,".*"),V("expires_at",68,e,".*")])
add("told_duration_both","told","",fn)
def fn(c):
    e=(c.expires*1000)&0xffffffff ; c.v["expires_at"]=c.rv["expires_at"]=d(e); c.extra=dict(now=c.now,answer="400 EXPIRES_AT_INVALID"); return ("ANY",[V("expires_at",20,e,".*"),V("expires_at",68,e,".*")])
add("told_millis_both","told","",fn)
def fn(c):
    e=struct.unpack("<I",struct.pack(">I",c.expires))[0] ; c.v["expires_at"]=c.rv["expires_at"]=d(e); c.extra=dict(now=c.now,answer="400 EXPIRES_AT_INVALID"); return ("ANY",[V("expires_at",20,e,".*"),V("expires_at",68,e,".*")])
add("told_be_both","told","",fn)
# -- What is told ---------------------------------------------------------------------------------------------------
def h(b,i): return [b, b.hex(), b.hex().upper(), " ".join(f"{x:02x}" for x in b), bytearray(b), b.hex(":")][i%6]
def frame(pkt,i):
    n=len(pkt)//4
    if i%3==0: return b"\xef"+(bytes([n]) if n<127 else b"\x7f"+struct.pack("<I",n)[:3])+pkt
    if i%3==1: return b"\xee"*4+d(len(pkt))+pkt
    b=d(len(pkt)+12)+d(0)+pkt; return b+d(zlib.crc32(b))
def modes_for(where,needs):
    m=[]
    can=lambda have: all(any(o in have for o in n.split("|")) for n in needs)
    table={"full":"request temp session msg_id","packet":"request temp session msg_id","em":"temp session msg_id nonce expires_at","full_now":"request temp session msg_id salt nonce expires_at","packet_other":"request temp session msg_id","request_other":"request session msg_id","stream":"request temp session msg_id","packet_salt":"request temp session msg_id salt",
       "request_perm":"request","em_perm":""}
    for k,have in table.items():
        if where in("request","body") and k.startswith("em"): continue
        if where=="packet" and not(k.startswith("packet") or k=="stream"): continue
        if where=="told" and k!="full": continue
        if can(set(have.split())): m.append(k)
    return m
def given(c,mode,i):
    P_,T,O=(h(k,i+j) for j,k in enumerate((c.perm,c.temp,c.other)))
    body=c.body(c.request)
    g={"full":lambda:dict(request=body,perm_key=P_,temp_key=T,session_id=sg(c.session),msg_id=c.msg_id,answer="400 ENCRYPTED_MESSAGE_INVALID"),
     "packet":lambda:dict(packet=c.packet,perm_key=P_,temp_key=T,**({"other_keys":[O]} if c.pkey is c.other else {})),
     "em":lambda:dict(encrypted_message=c.em,perm_key=P_,temp_key=T,session_id=sg(c.session),msg_id=c.msg_id,nonce=sg(c.nonce),expires_at=c.expires),
     "full_now":lambda:dict(request=body,perm_key=P_,temp_key=T,session_id=sg(c.session),msg_id=c.msg_id,salt=sg(c.salt),now=c.now+1,local_now=c.now+1,nonce=sg(c.nonce),expires_at=c.expires,answer="RPCError 400: ENCRYPTED_MESSAGE_INVALID (caused by auth.bindTempAuthKey)"),
     "packet_other":lambda:dict(packet=c.packet,other_keys=[T,O,P_],answer="400: ENCRYPTED_MESSAGE_INVALID"),
     "request_other":lambda:dict(request=body,other_keys=[O,T,P_],session_id=sg(c.session),msg_id=c.msg_id),
     "stream":lambda:dict(stream=frame(c.packet,i),perm_key=P_,temp_key=T,now=c.now),
     "packet_salt":lambda:dict(packet=c.packet,perm_key=P_,temp_key=T,salt=sg(c.salt),session_id=sg(c.session),nonce=sg(c.nonce)),
     "request_perm":lambda:dict(request=body,perm_key=P_),"em_perm":lambda:dict(encrypted_message=c.em,perm_key=P_)}[mode]()
    g.update(getattr(c,"extra",{})); return g
# -- Two slips at once ------------------------------------------------------------------------------------------------
BY={n:(w,nd,f) for n,w,nd,f in S}
A=["in_nonce_be","in_temp_session_id_low32","in_temp_session_id_zero","in_msg_id_plus1","in_msg_id_zero","in_expires_at_plus1","in_expires_at_be","in_temp_auth_key_id_be","val_temp_is_perm","val_perm_is_temp","val_msgid_other_later","val_session_other","val_ctor_request","val_exp_seconds","in_nonce_double","val_seqno_one","val_length_72","in_perm_auth_key_id_be",
 "swap_temp_auth_key_id_perm_auth_key_id","swap_perm_auth_key_id_temp_session_id","drop_nonce_len","drop_expires_at","twice_nonce","random8","random32","hdr_drop_length","seqno_length_swapped","seqno_long","flags_after_ctor","nonce_as_tl_bytes"]
B=["hash_over_padding","hash_inner_only","hash_head0","hash_sha256_4_20","hash_v2","hash_reversed","kdf_x8","kdf_v2","kdf_a_order","kdf_c_slice","kdf_iv_swapped","kdf_key_c_0_12","kdf_temp_key","kdf_hex_key","aes_cbc","aes_ecb","pad_pad16","pad_pad12v2"]
C=["em_temp_id","em_id_be","em_mk_first","em_no_id","em_mk_last","req_nonce_be","req_perm_auth_key_id_be","reqval_temp_id","req_expires_at_zero","tl_none","tl_nopad","tl_int","tl_fe","tl_short","reqdrop_constructor","reqswap_perm_auth_key_id_nonce","body_trail4","req_constructor_be","reqval_exp_secs"]
D=["pkt_seqno0","pkt_len148","pkt_session_new","pkt_permkey","pkt_v1","pkt_salt0","pkt_perm_id","pkt_mk_nopad","pkt_msgid_new"]
r=random.Random("ninth doubles"); pairs=[]
for X,Y,n in((A,B,60),(A,C,40),(B,C,36),(A,D,16),(B,D,14),(C,D,14),(A,A,24)):
    seen=set()
    while len(seen)<n:
        a,b=r.choice(X),r.choice(Y)
        fa=a.split("_",1)[-1][:8]; fb=b.split("_",1)[-1][:8]
        if a!=b and fa!=fb and (b,a) not in seen: seen.add((a,b))
    pairs+=sorted(seen)
# -- The healthy ------------------------------------------------------------------------------------------------------
H=[]
def hl(name,f=None,build=None,want=True): H.append((name,f,build,want))
full=lambda c:given(c,"full",0)
def mod(**kw):
    def f(c): 
        for k,v in kw.items(): setattr(c,k,v)
    return f
def setv(**kw):
    def f(c):
        for k,v in kw.items():
            if k=="session": c.session=v; c.v["temp_session_id"]=c.mv["session_id"]=q(v)
            if k=="nonce": c.nonce=v; c.v["nonce"]=c.rv["nonce"]=q(v)
            if k=="msg_id": v=v(c) if callable(v) else v; c.msg_id=v; c.hd["msg_id"]=c.mv["msg_id"]=q(v)
            if k=="expires": v=v(c) if callable(v) else v; c.expires=v; c.v["expires_at"]=c.rv["expires_at"]=d(v)
            if k=="random": c.hd["random"]=v
            if k=="pad8": c.pad8=v
            if k=="seqno": c.mv["seqno"]=d(v)
            if k=="salt": c.salt=v; c.mv["salt"]=q(v)
            if k=="perm": 
                c.perm=v; c.v["perm_auth_key_id"]=c.rv["perm_auth_key_id"]=kid(v)
            if k=="temp":
                c.temp=c.pkey=v; c.v["temp_auth_key_id"]=kid(v)
    return f
M=2**64-1
for n,kw in [("session_neg",dict(session=M-5)),("session_small",dict(session=7)),("session_min",dict(session=1<<63)),("nonce_zero",dict(nonce=0)),("nonce_neg1",dict(nonce=M)),("nonce_palindrome",dict(nonce=0x0102020101020201)),("session_palindrome",dict(session=0x1111111111111111)),("random_zero",dict(random=bytes(16))),("random_ff",dict(random=b"\xff"*16)),
 ("pad_zero",dict(pad8=bytes(8))),("pad_ff",dict(pad8=b"\xff"*8)),("seqno_odd_high",dict(seqno=2**31-1)),("seqno_3",dict(seqno=3)),("msgid_low_zero",dict(msg_id=lambda c:c.now<<32)),("msgid_low_ff",dict(msg_id=lambda c:c.now<<32|0xfffffffc)),
 ("exp_60s",dict(expires=lambda c:c.now+60)),("exp_30s_later",dict(expires=lambda c:c.now+86430)),("exp_7d",dict(expires=lambda c:c.now+604800)),("nonce_double_exact",dict(nonce=1<<60)),("session_double_exact",dict(session=3<<55)),("nonce_low32_only",dict(nonce=12345)),("nonce_high32_only",dict(nonce=12345<<32)),
 ("nonce_equals_session",dict(nonce=99887766554433,session=99887766554433)),("key_zero_head",dict(perm=bytes(8)+b"\x07"*248)),("temp_ff",dict(temp=b"\xff"*256)),("perm_text_like",dict(perm=(b"0123456789abcdef"*16))),("random_is_ctor",dict(random=bytes.fromhex("65f7a375")*4)),("random_is_request",dict(random=bytes.fromhex("052ad4cd")*4)),
 ("pad_is_exp",dict(pad8=bytes.fromhex("2800000065f7a375"))),("random_is_zero_len",dict(random=bytes.fromhex("00000000280000000000000028000000"))),("salt_neg",dict(salt=M-1)),("session_ascii",dict(session=int.from_bytes(b"deadbeef","little"))),("nonce_ascii",dict(nonce=int.from_bytes(b"QUJDREVG","little"))),("random_is_nonce",dict(nonce=0x1122334455667788,random=q(0x1122334455667788)*2))]:
    for mode in ("full_now","packet","stream"):
        hl(n+"/"+mode, setv(**kw), lambda c,mode=mode:given(c,mode,1))
# shapes of the message
def wrap(layer=True,inv=None):
    def b(req):
        init=bytes.fromhex("a95ecdc1")+d(0)+d(2040)+tl(b"PC")+tl(b"1.0")+tl(b"0.1")+tl(b"en")+tl(b"")+tl(b"en")+req
        return bytes.fromhex("0d0d9bda")+d(195)+init
    return b
hl("wrapped/packet",mod(body=wrap()),lambda c:given(c,"packet",0)); hl("wrapped/request",mod(body=wrap()),lambda c:given(c,"full",0))
hl("layer_only/packet",mod(body=lambda r:bytes.fromhex("0d0d9bda")+d(195)+r),lambda c:given(c,"packet",0))
hl("gzip/packet",mod(body=lambda r:bytes.fromhex("a1cf7230")+tl(gzip.compress(r))),lambda c:given(c,"packet",0)); hl("gzip/request",mod(body=lambda r:bytes.fromhex("a1cf7230")+tl(gzip.compress(r))),lambda c:given(c,"full",0))
def container(before):
    def f(c):
        def b(req):
            inner=q(c.msg_id)+d(1)+d(len(req))+req
            ack=bytes.fromhex("59b4d662")+bytes.fromhex("15c4b51c")+d(1)+q(c.msg_id-7)
            a=q(c.msg_id-8)+d(2)+d(len(ack))+ack
            parts=[a,inner] if before else [inner]
            return bytes.fromhex("dcf8f173")+d(len(parts))+b"".join(parts)
        c.body=b; c.mv["msg_id"]=q(c.msg_id+4); c.mv["seqno"]=d(2)
    return f
hl("container_1/packet",container(0),lambda c:given(c,"packet",0)); hl("container_ack/packet",container(1),lambda c:given(c,"packet",0)); hl("container_ack/stream",container(1),lambda c:given(c,"stream",0)); hl("container_ack/other",container(1),lambda c:given(c,"packet_other",0))
for n in (12,28,124,1020):
    hl(f"pad{n}/packet",mod(mpad=lambda m,n=n:b"\5"*n),lambda c:given(c,"packet",0))
hl("other_keys/packet",None,lambda c:given(c,"packet_other",1)); hl("two_framings/1",None,lambda c:given(c,"stream",0)); hl("two_framings/2",None,lambda c:given(c,"stream",1)); hl("two_framings/3",None,lambda c:given(c,"stream",2))
hl("extra_key",None,lambda c:dict(full(c),other_keys=[c.other])); hl("bound_same",None,lambda c:dict(full(c),bound_to=sg(int.from_bytes(kid(c.perm),"little")),answer=None)); hl("answer_true",None,lambda c:dict(full(c),answer=True))
hl("answer_boolTrue",None,lambda c:dict(full(c),answer="boolTrue")); hl("answer_bytes",None,lambda c:dict(full(c),answer=bytes.fromhex("b5757299"))); hl("answer_rpcres",None,lambda c:dict(full(c),answer=bytes.fromhex("016d5cf3")+q(c.msg_id)+bytes.fromhex("b5757299"))); hl("answer_hex",None,lambda c:dict(full(c),answer="b5757299")); hl("answer_empty",None,lambda c:dict(full(c),answer=""))
hl("now_later",None,lambda c:dict(full(c),answer=None,now=c.now+250)); hl("now_early",None,lambda c:dict(full(c),answer=None,now=c.now-25)); hl("unsigned",None,lambda c:dict(full(c),answer=None,session_id=c.session)); hl("perm_old",None,lambda c:dict(full(c),answer=None,perm_key_created=c.now-10**7,now=c.now)); hl("key_expires_same",None,lambda c:dict(full(c),answer=None,key_expires_at=c.expires,now=c.now)); hl("key_expires_30",None,lambda c:dict(full(c),answer=None,key_expires_at=c.expires-30,now=c.now))
ANS=["400 ENCRYPTED_MESSAGE_INVALID","ENCRYPTED_MESSAGE_INVALID","rpc_error 400 TEMP_AUTH_KEY_EMPTY","TEMP_AUTH_KEY_ALREADY_BOUND","400: EXPIRES_AT_INVALID","INPUT_REQUEST_TOO_LONG","400 INPUT_METHOD_INVALID_3436456453_0","400 INPUT_FETCH_ERROR","400 CONNECTION_NOT_INITED","401 AUTH_KEY_PERM_EMPTY","401 AUTH_KEY_UNREGISTERED","400 CDN_METHOD_INVALID","-404","-429","-444","-403",-404,-429,404,400,500,"-503 Timedout","500 RPC_CALL_FAIL","420 FLOOD_WAIT_30","FLOOD_WAIT_30","303 NETWORK_MIGRATE_2","406 AUTH_KEY_DUPLICATED","bad_msg_notification 16","bad_msg_notification 17","bad_msg_notification 18","bad_msg_notification 20","bad_msg_notification 32","bad_msg_notification 33","bad_msg_notification 35","bad_msg_notification 48","bad_msg_notification 64","bad_msg_notification 99","bad_server_salt","error_code=48","boolFalse",False,bytes.fromhex("379779bc"),bytes.fromhex("6cfeffff"),bytes.fromhex("54feffff"),"6cfeffff","timeout","TimeoutError()","connection reset by peer","ECONNRESET","EOF","no answer","null","None","{}","ok?","pong","rpc_result","HTTP 404","HTTP/1.1 404 Not Found","BUSINESS_CONNECTION_NOT_ALLOWED","401 SESSION_REVOKED","new_session_created","msgs_ack","Internal Server Error","-500 No workers running",TimeoutError(),ConnectionResetError(104,"reset"),ValueError("false"),
 bytes.fromhex("016d5cf3")+bytes(8)+bytes.fromhex("19ca4421")+d(400)+tl(b"ENCRYPTED_MESSAGE_INVALID"),bytes.fromhex("19ca4421")+d(400)+tl(b"EXPIRES_AT_INVALID"),bytes.fromhex("11f8efa7")+bytes(8)+d(1)+d(16),bytes.fromhex("7b44abed")+bytes(8)+d(1)+d(48)+bytes(8)]
