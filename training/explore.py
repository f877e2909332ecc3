import sys, glob
from pathlib import Path
import numpy as np, time
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from collections import Counter
import corpus as c, features as f
EX=sorted(Path('/work/wt/tasks/extra').glob('*.jsonl'))+sorted(Path('tasks').glob('*.jsonl'))
def load():
    tr=c.read(EX); dv=c.read([Path('/work/shared/data/tasks_dev.jsonl')])
    return tr,dv
def design(tr_counts, mindf=2, cs=1.0, ss=0.5):
    names,lex=c.lexicon()
    df=Counter(h for z in (tr_counts.edge,tr_counts.middle) for x in z for h in x)
    vocab_h=sorted({h for h,n in df.items() if n>=mindf}|set(lex))
    vocab={h:i for i,h in enumerate(vocab_h)}
    rows=[vocab[h] for h,s in lex.items() for _ in s]; cols=[k for h,s in lex.items() for k in s]
    M=sparse.csr_matrix((np.full(len(rows),cs),(rows,cols)),shape=(len(vocab),len(names)))
    def mk(cnt):
        X=c.matrix(cnt,vocab)
        return sparse.hstack([X, X@M, cnt.structure*ss]).tocsr()
    return mk,vocab
def ev(P,tasks,detail=False):
    k=[c.KINDS[i] for i in P.argmax(1)]
    ok=[a==t.kind or a in t.also for a,t in zip(k,tasks)]
    ro=[c.HOME[a] in {c.HOME[t.kind],*map(c.HOME.get,t.also)} for a,t in zip(k,tasks)]
    return np.mean(ok),np.mean(ro)
if __name__=='__main__':
    tr,dv=load(); print(len(tr),Counter(t.lang for t in tr)); 
    t0=time.time(); ct=c.count(tr); cd=c.count(dv); print('count',time.time()-t0)
    y=np.array([c.KINDS.index(t.kind) for t in tr])
    for cs,ss,C in ((1,.5,10),(2,.5,10),(3,.5,10),(2,.3,10),(2,.5,30),(2,.5,4)):
        mk,v=design(ct,2,cs,ss); t0=time.time()
        m=LogisticRegression(C=C,max_iter=300).fit(mk(ct),y)
        print(cs,ss,C,len(v),'dev',ev(m.predict_proba(mk(cd)),dv),'fit %.0fs'%(time.time()-t0),flush=True)
