import { diagramScript } from "./diagram.js";

/**
 * What the page does: a matrix that draws only the cells in sight, so that five million do not freeze it; the selected
 * pair; the manifests. Plain JavaScript, because it is handed to browsers as it stands.
 */
export const script = String.raw`'use strict';
const D=JSON.parse(document.getElementById('data').textContent);
const $=id=>document.getElementById(id);
const esc=text=>String(text).replace(/[&<>"']/g,c=>'&#'+c.charCodeAt(0)+';');
const unpacked=new Map();
function unpack(runs){
  let row=unpacked.get(runs);
  if(row)return row;
  row=new Uint32Array(D.targets.length);
  let at=0;
  for(const run of runs.split(' ')){
    const [first,length='1']=run.split(/[*~]/),start=parseInt(first,36),n=parseInt(length,36),step=run.includes('~')?1:0;
    for(let i=0;i<n;i++)row[at++]=start+i*step;
  }
  unpacked.set(runs,row);
  return row;
}
const meshOf=w=>unpack(D.callers[w[4]][0]),aroundOf=w=>unpack(D.callers[w[4]][1]);
const bypass={blocked:1,gateway:1};
const gravity=(m,a)=>m.verdict==='misrouted'?5:m.exposes?4:a.verdict==='open'&&bypass[m.verdict]?3:m.verdict==='direct'?2:m.verdict==='unknown'||a.verdict==='unknown'?1:0;
const hasGateways=D.mesh.some(m=>m.verdict==='gateway');
let state={text:'',namespace:'',only:new Set(),problems:false,r:0,c:0};
let rows=[],cols=[],dimming=false;
${diagramScript}
function wanted(m,a){
  if(state.problems&&gravity(m,a)===0)return false;
  return state.only.size===0||state.only.has(m.verdict)||(state.only.has('open')&&a.verdict==='open');
}
function sentence(w,t,m,a){
  const who=w[0]+'/'+w[1],what=(t[2]||t[0])+' on port '+t[1];
  const hops=m.encryption.map(h=>hopWords[h]).join(', then ');
  const path={gateway:who+' reaches '+what+' through the gateway: '+hops+'. '+(m.identity?'The gateway knows the caller by its certificate.':'The gateway cannot tell who is calling.'),
    direct:who+' reaches '+what+' straight, past every gateway: '+hops+'.',
    blocked:who+' does not reach '+what+' through the mesh.'+(m.exposes?' Yet it receives the server’s greeting and holds a connection.':''),
    misrouted:who+' dials '+what+' and ends at another database.',
    unknown:'What the mesh does with '+who+' and '+what+' cannot be told from the manifests.'}[m.verdict];
  const round={open:' A process that avoids its sidecar gets through.',blocked:' A process that avoids its sidecar does not get through.',unknown:' Whether a process that avoids its sidecar gets through cannot be told.'}[a.verdict];
  return path+round;
}
function apply(keep){
  const words=state.text.toLowerCase().split(/\s+/).filter(Boolean);
  const hitsW=D.workloads.map(w=>words.every(x=>(w[0]+'/'+w[1]+' '+w[2]).toLowerCase().includes(x)));
  const hitsT=D.targets.map(t=>words.every(x=>(t[0]+':'+t[1]+' '+t[2]).toLowerCase().includes(x)));
  const anyW=hitsW.includes(true),anyT=hitsT.includes(true);
  const filtered=state.problems||state.only.size>0;
  const old=keep&&rows.length?[rows[state.r],cols[state.c]]:[-1,-1];
  let colSeen=new Uint8Array(D.targets.length);
  const colOk=i=>words.length===0||!anyT||hitsT[i]||(anyW&&!anyT);
  const callersOk=new Map();
  rows=[];
  D.workloads.forEach((w,i)=>{
    if(state.namespace&&w[0]!==state.namespace)return;
    if(words.length&&!(anyW?hitsW[i]:anyT))return;
    if(filtered){
      let ok=callersOk.get(w[4]);
      if(ok===undefined){ok=false;const m=meshOf(w),a=aroundOf(w);for(let c=0;c<m.length;c++)if(colOk(c)&&wanted(D.mesh[m[c]],D.around[a[c]])){ok=true;colSeen[c]=1}callersOk.set(w[4],ok)}
      if(!ok)return;
    }
    rows.push(i);
  });
  cols=[];
  D.targets.forEach((_,i)=>{if(colOk(i)&&(!filtered||colSeen[i]))cols.push(i)});
  if(words.length&&!anyW&&!anyT){rows=[];cols=[]}
  dimming=filtered;
  state.r=Math.max(0,rows.indexOf(old[0]));state.c=Math.max(0,cols.indexOf(old[1]));
  layout();draw(true);select(state.r,state.c,false);
}
const grid=$('matrix');
let L={};
function layout(){
  const n=cols.length,wish=Math.max(460,250+n*(n<=6?210:44));
  grid.closest('.workspace').style.setProperty('--matrix',Math.min(wish,innerWidth*.58)+'px');
  const width=grid.clientWidth||800,headW=Math.min(300,Math.max(150,Math.round(width*.34)));
  const room=width-headW;
  const small=room/Math.max(1,n)<104;
  const cw=small?Math.max(40,Math.min(64,Math.floor(room/n))):Math.min(380,Math.floor(room/Math.max(1,n)));
  L={headW,cw,rh:small?34:50,hh:small?150:64,small,wide:cw>=170};
  grid.setAttribute('aria-rowcount',rows.length+1);grid.setAttribute('aria-colcount',n+1);
  const empty=!rows.length||!n;
  grid.innerHTML=empty?'<p class="empty">'+(D.workloads.length&&D.targets.length?'Nothing matches. Loosen the filters or the search.':'No workloads or no databases in the input.')+'</p>'
    :'<div class="canvas" role="presentation" style="--cw:'+(cw-2)+'px;width:'+(headW+n*cw)+'px;height:'+(L.hh+rows.length*L.rh)+'px"><div class="r head" role="row" aria-rowindex="1" style="height:'+L.hh+'px"></div></div>';
  if(empty)$('details').innerHTML='<p class="empty">No pair selected.</p>';
}
let drawn='';
function draw(force){
  const canvas=grid.firstElementChild;
  if(!canvas||!canvas.classList.contains('canvas'))return;
  const r0=Math.max(0,Math.floor((grid.scrollTop)/L.rh)-4),r1=Math.min(rows.length,Math.ceil((grid.scrollTop+grid.clientHeight)/L.rh)+4);
  const c0=Math.max(0,Math.floor(grid.scrollLeft/L.cw)-3),c1=Math.min(cols.length,Math.ceil((grid.scrollLeft+grid.clientWidth)/L.cw)+3);
  const key=[r0,r1,c0,c1].join();
  if(!force&&key===drawn)return;
  drawn=key;
  let head='<div class="corner" role="columnheader" aria-colindex="1" style="width:'+L.headW+'px">workload</div>';
  for(let c=c0;c<c1;c++){const t=D.targets[cols[c]],x=L.headW+c*L.cw;
    head+='<div class="ch'+(L.small?' tall':'')+'" role="columnheader" aria-colindex="'+(c+2)+'" style="left:'+x+'px;width:'+L.cw+'px" title="'+esc(t[0]+':'+t[1])+'">'+(L.small?'<b>'+esc(t[2]||t[0])+'</b>':'<b>'+esc(t[2]||t[0])+'</b><span>'+esc((t[2]?t[0]:'')+':'+t[1])+'</span>')+'</div>'}
  canvas.firstElementChild.innerHTML=head;
  while(canvas.children.length>1)canvas.lastElementChild.remove();
  let html='';
  for(let r=r0;r<r1;r++){
    const w=D.workloads[rows[r]],m=meshOf(w),a=aroundOf(w),first=r===0||D.workloads[rows[r-1]][0]!==w[0];
    html+='<div class="r'+(first&&r?' ns-first':'')+'" role="row" aria-rowindex="'+(r+2)+'" style="top:'+(L.hh+r*L.rh)+'px;height:'+L.rh+'px"><div class="rh" role="rowheader" aria-colindex="1" style="width:'+L.headW+'px" title="'+esc(w[0]+'/'+w[1]+' as '+w[2])+'"><span class="who'+(L.small?'':' two')+'"><span class="ns">'+esc(w[0])+(L.small?'/':'')+'</span><span class="wl">'+esc(w[1])+'</span></span>'+(w[3]==='false'?'<svg class="shape none" role="img" aria-label="no sidecar"><title>no sidecar</title><use href="#s-bare"/></svg>':'')+'</div>';
    for(let c=c0;c<c1;c++)html+=cellHtml(r,c,D.mesh[m[cols[c]]],D.around[a[cols[c]]]);
    html+='</div>';
  }
  canvas.insertAdjacentHTML('beforeend',html);
}
function cellHtml(r,c,m,a){
  const on=r===state.r&&c===state.c;
  const round=a.verdict==='open'?'<span class="round" title="way round open"><svg class="shape" aria-hidden="true"><use href="#s-open"/></svg></span>':a.verdict==='unknown'?'<span class="round v-unknown" style="color:var(--unknown)" title="way round not known">?</span>':'';
  const hint=m.exposes?'greeting':m.encryption.map(h=>hopWords[h]).join(' › ');
  return '<div class="c v-'+m.verdict+(L.small?' small':'')+(dimming&&!wanted(m,a)?' dim':'')+'" role="gridcell" id="c'+r+'-'+c+'" data-r="'+r+'" data-c="'+c+'" aria-colindex="'+(c+2)+'" aria-selected="'+on+'" aria-label="'+m.verdict+(m.exposes?', sees the greeting':'')+', way round '+a.verdict+'" style="left:'+(L.headW+c*L.cw)+'px;width:'+L.cw+'px"><svg class="shape" aria-hidden="true"><use href="#s-'+m.verdict+'"/></svg>'+(L.small?'':'<span class="word">'+m.verdict+'</span>'+(L.wide&&hint?'<span class="hint">'+hint+'</span>':''))+round+'</div>';
}
function select(r,c,reveal){
  if(!rows.length||!cols.length){grid.removeAttribute('aria-activedescendant');status();return}
  state.r=Math.max(0,Math.min(rows.length-1,r));state.c=Math.max(0,Math.min(cols.length-1,c));
  if(reveal){
    const top=state.r*L.rh,left=state.c*L.cw,viewH=grid.clientHeight-L.hh,viewW=grid.clientWidth-L.headW;
    if(top<grid.scrollTop)grid.scrollTop=top;else if(top+L.rh>grid.scrollTop+viewH)grid.scrollTop=top+L.rh-viewH;
    if(left<grid.scrollLeft)grid.scrollLeft=left;else if(left+L.cw>grid.scrollLeft+viewW)grid.scrollLeft=left+L.cw-viewW;
  }
  draw(true);
  grid.setAttribute('aria-activedescendant','c'+state.r+'-'+state.c);
  details();status();
}
function status(){
  const number=(n,total,noun)=>n.toLocaleString('en')+(n===total?'':' of '+total.toLocaleString('en'))+' '+noun+(total===1?'':'s');
  $('status').innerHTML=number(rows.length,D.workloads.length,'workload')+' × '+number(cols.length,D.targets.length,'database')+' &nbsp; <kbd>↑↓←→</kbd> move &nbsp; <kbd>Enter</kbd> evidence &nbsp; <kbd>/</kbd> search';
}
const evidenceItem=i=>{const e=D.evidence[i],name=[e.kind,e.namespace&&e.name?e.namespace+'/'+e.name:e.name||e.namespace].filter(Boolean).join(' ');
  return '<li>'+(e.object>=0?'<button type="button" class="link" data-evidence="'+i+'">'+esc(name)+'</button>':'<span class="field">'+esc(name)+'</span>')+(e.field?' <span class="field">'+esc(e.field)+'</span>':'')+'<p>'+esc(e.text)+'</p></li>'};
const evidenceList=list=>list.length?'<ol class="evidence">'+list.map(evidenceItem).join('')+'</ol>':'<p class="muted">No evidence.</p>';
const pill=(v,text)=>'<span class="pill v-'+v+'"><svg class="shape" aria-hidden="true"><use href="#s-'+v+'"/></svg>'+esc(text)+'</span>';
function details(){
  const w=D.workloads[rows[state.r]],t=D.targets[cols[state.c]],m=D.mesh[meshOf(w)[cols[state.c]]],a=D.around[aroundOf(w)[cols[state.c]]];
  $('details').innerHTML='<h2>'+esc(w[0]+'/'+w[1])+' <span class="to">→ '+esc(t[0]+':'+t[1])+'</span></h2><div class="verdicts">'+pill(m.verdict,m.verdict)+pill(a.verdict,'way round '+(a.verdict==='unknown'?'not known':a.verdict))+(m.exposes?pill('misrouted','sees the greeting'):'')+'</div><div class="diagram">'+diagram(w,t,m,a,hasGateways,$('details').clientWidth<560)+'</div><p class="sentence">'+esc(sentence(w,t,m,a))+'</p><h3>Through the mesh</h3>'+evidenceList(m.because)+'<h3>Past the sidecar</h3>'+evidenceList(a.because);
}
let opener=null;
function openManifest(i){
  const e=D.evidence[i],o=D.objects[e.object];
  if(!o)return;
  opener=document.activeElement;
  const [first,last]=e.lines||[0,-1];
  const lines=o.yaml?o.yaml.replace(/\n$/,'').split('\n').map((line,n)=>{const key=/^(\s*(?:- )*)([^\s:#'"][^:]*:)(.*)$/.exec(line);return '<span'+(n+1>=first&&n+1<=last?' class="hit"':'')+'>'+(key?esc(key[1])+'<i>'+esc(key[2])+'</i>'+esc(key[3]):esc(line)||' ')+'</span>'}).join(''):'<span>The page would grow too large with this text: see the file.</span>';
  const panel=$('manifest');
  panel.innerHTML='<header><div><h2 id="manifest-title">'+esc(o.title)+'</h2><p class="place">'+esc(o.place)+(e.field?' · '+esc(e.field):'')+'</p></div><button type="button" class="close">Close</button></header><p class="why">'+esc(e.text)+'</p><pre tabindex="0" aria-label="Manifest">'+lines+'</pre>';
  panel.hidden=false;
  const hit=panel.querySelector('.hit');
  if(hit)hit.scrollIntoView({block:'center'});
  panel.querySelector('.close').focus();
}
function closeManifest(){if($('manifest').hidden)return false;$('manifest').hidden=true;if(opener&&opener.isConnected)opener.focus();else grid.focus();return true}
grid.addEventListener('scroll',()=>draw(false),{passive:true});
grid.addEventListener('click',event=>{const cell=event.target.closest('.c');if(cell){select(+cell.dataset.r,+cell.dataset.c,false);grid.focus({preventScroll:true})}});
grid.addEventListener('keydown',event=>{
  const page=Math.max(1,Math.floor((grid.clientHeight-L.hh)/L.rh)-1),far=event.ctrlKey||event.metaKey;
  const moves={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[0,-1],ArrowRight:[0,1],PageUp:[-page,0],PageDown:[page,0],Home:[far?-rows.length:0,-cols.length],End:[far?rows.length:0,cols.length]};
  const move=moves[event.key];
  if(move){event.preventDefault();select(state.r+move[0],state.c+move[1],true)}
  else if(event.key==='Enter'){event.preventDefault();const first=$('details').querySelector('.link');(first||$('details')).focus()}
});
document.addEventListener('keydown',event=>{
  const typing=/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if(event.key==='/'&&!typing){event.preventDefault();$('search').focus();$('search').select()}
  else if(event.key==='Escape'){if(!closeManifest()){event.preventDefault();grid.focus()}}
});
document.addEventListener('click',event=>{
  const link=event.target.closest('[data-evidence]'),finding=event.target.closest('[data-finding]');
  if(link)openManifest(+link.dataset.evidence);
  else if(finding){const list=D.findings[+finding.dataset.finding],known=list.find(i=>D.evidence[i].object>=0);if(known!==undefined)openManifest(known)}
  else if(event.target.closest('.close'))closeManifest();
});
let timer;
$('search').addEventListener('input',event=>{clearTimeout(timer);timer=setTimeout(()=>{state.text=event.target.value;apply(true)},60)});
$('search').addEventListener('keydown',event=>{if(event.key==='Enter'||event.key==='ArrowDown'){event.preventDefault();clearTimeout(timer);state.text=event.target.value;apply(true);grid.focus()}});
$('namespace').addEventListener('change',event=>{state.namespace=event.target.value;apply(true)});
$('problems').addEventListener('change',event=>{state.problems=event.target.checked;apply(true)});
document.querySelectorAll('[data-filter]').forEach(chip=>chip.addEventListener('click',()=>{
  const name=chip.dataset.filter,on=!state.only.has(name);
  on?state.only.add(name):state.only.delete(name);
  chip.setAttribute('aria-pressed',on);apply(true);
}));
let paneWidth=grid.clientWidth;
new ResizeObserver(()=>{if(grid.clientWidth===paneWidth){draw(false);return}paneWidth=grid.clientWidth;layout();select(state.r,state.c,true)}).observe(grid);
function gravest(){
  let best=[0,0,-1];
  const seen=new Set();
  D.workloads.forEach((w,i)=>{
    if(seen.has(w[4]))return;
    seen.add(w[4]);
    const m=meshOf(w),a=aroundOf(w);
    for(let c=0;c<m.length;c++){const weight=gravity(D.mesh[m[c]],D.around[a[c]]);if(weight>best[2])best=[i,c,weight]}
  });
  return best;
}
apply(false);
const [r,c]=D.selected[0]>=0?D.selected:gravest();
select(r,c,true);
grid.scrollTop=state.r*L.rh-(grid.clientHeight-L.hh)/3;
`;
