import { hopWords } from "../output/words.js";

/**
 * Draws the path of one pair as SVG text, lying where there is room and standing on a phone. Runs in the page, beside
 * the script that gives it the pair; only the places of things differ between the two forms.
 */
export const diagramScript = String.raw`
const hopWords=${JSON.stringify(hopWords)};
const lying={box:[760,238,276],pod:[6,118,256,104],podLabel:[20,212],process:[18,132,114,56],sidecar:[150,132,100,56],inner:'M132 160h15',
  gateway:[382,132,122,56],database:[622,128,132,64],first:['M250 160H378',320,148,'middle'],second:['M504 160H618',562,148,'middle'],
  past:['M250 164C330 246 545 246 619 174',436,214,'middle'],straight:['M250 160H618',436,148,'middle'],cutEarly:['M250 160H288',302,160],cutLate:['M250 160H338',352,160],
  doubt:['M250 160H378M508 160H618',316,160],greeting:['M618 178H508','M378 178H256',443,208,'middle'],
  round:['M75 130C110 12 640 12 688 124',382,42],roundLabel:{open:[382,32],blocked:[382,22],unknown:[382,20]}};
const standing={box:[360,440,440],pod:[36,6,304,104],podLabel:[80,98],process:[50,18,124,56],sidecar:[212,18,116,56],inner:'M174 46h35',
  gateway:[204,190,132,56],database:[204,338,132,64],first:['M270 74V186',282,134,'start'],second:['M270 246V333',282,296,'start'],
  past:['M238 74C176 160 176 270 232 341',152,222,'middle'],straight:['M270 74V333',282,212,'start'],cutEarly:['M270 74V110',270,124],cutLate:['M270 74V160',270,174],
  doubt:['M270 74V186M270 246V333',270,130],greeting:['M290 336V250','M290 186V80',262,296,'end'],
  round:['M70 78C-6 170 0 350 200 378',29,240],roundLabel:{open:[20,424],blocked:[20,424],unknown:[20,424]}};
const lock=(x,y,shut)=>'<g transform="translate('+x+' '+y+')" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"><rect x="-4.5" y="-1" width="9" height="7.4" rx="1.8" fill="currentColor" stroke="none"/><path d="'+(shut?'M-2.8 -1v-1.8a2.8 2.8 0 0 1 5.6 0V-1':'M-2.8 -1v-2.4a2.8 2.8 0 0 1 5.4 -.9')+'"/></g>';
const cut=(text,length)=>text.length>length?text.slice(0,length-1)+'…':text;
const label=(text,x,y,color,anchor,size)=>'<text x="'+x+'" y="'+y+'" text-anchor="'+(anchor||'middle')+'" font-size="'+(size||11.5)+'" font-weight="600" fill="'+color+'">'+esc(text)+'</text>';
function node(place,title,sub,options){
  const [x,y,w,h]=place,o=options||{},style=' fill="var(--raised)" stroke="'+(o.line||'var(--edge)')+'" stroke-width="1.4"'+(o.dash?' stroke-dasharray="4 4"':'');
  const shape=o.cylinder?'<path d="M'+x+' '+(y+8)+'v'+(h-16)+'a'+w/2+' 8 0 0 0 '+w+' 0v-'+(h-16)+'"'+style+'/><ellipse cx="'+(x+w/2)+'" cy="'+(y+8)+'" rx="'+w/2+'" ry="8"'+style+'/>':'<rect x="'+x+'" y="'+y+'" width="'+w+'" height="'+h+'" rx="10"'+style+'/>';
  const middle=x+w/2,line=o.cylinder?y+h/2+9:y+h/2-(sub?2:-5);
  return '<g'+(o.ghost?' opacity=".5"':'')+'>'+shape+label(cut(title,Math.floor(w/7.4)),middle,line,o.tone||'var(--ink)','middle',13)+(sub?'<text x="'+middle+'" y="'+(line+15)+'" text-anchor="middle" font-size="11" fill="var(--muted)">'+esc(cut(sub,Math.floor(w/5.9)))+'</text>':'')+'</g>';
}
function hop(place,kind,tone){
  const [path,x,y,anchor]=place,color=kind==='plaintext'&&tone!=='var(--misrouted)'?'var(--direct)':tone,word=hopWords[kind]||'',lines=word.length>14?[word.split(' in ')[0],'in '+word.split(' in ')[1]]:[word];
  const top=y-(lines.length-1)*14;
  const texts=word?lock(anchor==='start'?x+5:x,top-17,kind!=='plaintext')+lines.map((part,i)=>label(part,x,top+i*14,'currentColor',anchor)).join(''):'';
  return '<g style="color:'+color+'"><path d="'+path+'" fill="none" stroke="'+color+'" stroke-width="2.2" stroke-linecap="round" marker-end="url(#head)"'+(kind==='plaintext'?' stroke-dasharray="6 4" class="flow"':'')+'/>'+texts+'</g>';
}
const bar=(x,y,tone)=>'<g stroke="'+tone+'" stroke-width="2.2" stroke-linecap="round"><circle cx="'+x+'" cy="'+y+'" r="10" fill="var(--surface)"/><path d="M'+(x-4)+' '+(y-4)+'l8 8m0-8l-8 8"/></g>';
const doubt=(x,y)=>'<circle cx="'+x+'" cy="'+y+'" r="11" fill="var(--unknown-soft)" stroke="var(--unknown)" stroke-width="1.5"/>'+label('?',x,y+4.5,'var(--unknown)','middle',13);
function meshPath(g,m,tone,gateways,atGateway,viaGateway){
  if(m.verdict==='unknown')return '<path d="'+(gateways?g.doubt[0]:g.straight[0])+'" fill="none" stroke="'+tone+'" stroke-width="2" stroke-dasharray="2 7" stroke-linecap="round"/>'+doubt(g.doubt[1],g.doubt[2]);
  if(m.verdict==='blocked'){
    const stop=atGateway?g.cutLate:g.cutEarly,[out,home,x,y,anchor]=g.greeting,thin='" fill="none" stroke="var(--misrouted)" stroke-width="1.8" stroke-dasharray="3 5" stroke-linecap="round" marker-end="url(#head)"/>';
    const back=m.exposes?'<path d="'+out+thin+'<path d="'+home+thin+label('the greeting comes back',x,y,'var(--misrouted)',anchor):'';
    return '<path d="'+stop[0]+'" fill="none" stroke="'+tone+'" stroke-width="2.2"/>'+bar(stop[1],stop[2],tone)+back;
  }
  if(viaGateway)return hop(g.first,m.encryption[0],tone)+hop(g.second,m.encryption[1]||m.encryption[0],tone);
  return hop(gateways?g.past:g.straight,m.encryption[0],tone);
}
function wayRound(g,a){
  const color={open:'var(--open)',blocked:'var(--blocked)',unknown:'var(--unknown)'}[a.verdict],[path,x,y]=g.round,[lx,ly]=g.roundLabel[a.verdict];
  const mark=a.verdict==='blocked'?bar(x,y,color):a.verdict==='unknown'?doubt(x,y):'';
  return '<path d="'+path+'" fill="none" stroke="'+color+'" stroke-linecap="round" style="color:'+color+'"'+(a.verdict==='open'?' stroke-width="2.4" marker-end="url(#head)"':' stroke-width="1.6" stroke-dasharray="2 6"')+'/>'+mark+label('way round the sidecar: '+(a.verdict==='unknown'?'not known':a.verdict),lx,ly,color,g===standing?'start':'middle',12);
}
function diagram(w,t,m,a,gateways,narrow){
  const g=narrow?standing:lying,tone='var(--'+m.verdict+')',lost=m.verdict==='misrouted';
  const atGateway=m.verdict==='blocked'&&m.because.some(i=>/^(AuthorizationPolicy|Gateway)$/.test(D.evidence[i].kind));
  const viaGateway=m.verdict==='gateway'||atGateway||(lost&&m.encryption.length>1);
  const [px,py,pw,ph]=g.pod,[gx,gy,gw]=g.gateway;
  const pod='<rect x="'+px+'" y="'+py+'" width="'+pw+'" height="'+ph+'" rx="14" fill="var(--ground)" stroke="var(--line)"/><text x="'+g.podLabel[0]+'" y="'+g.podLabel[1]+'" font-size="11" fill="var(--muted)">pod of '+esc(cut(w[0]+'/'+w[1],narrow?24:36))+'</text><path d="'+g.inner+'" stroke="var(--faint)" stroke-width="2" marker-end="url(#head)" style="color:var(--faint)"/>';
  const sidecar=w[3]==='true'?node(g.sidecar,'sidecar','proxy'):node(g.sidecar,w[3]==='false'?'no sidecar':'sidecar?','',{dash:true,ghost:true});
  const badge=viaGateway&&m.identity?'<g transform="translate('+(gx+gw-8)+' '+(gy-1)+')"><circle r="10" fill="var(--gateway)"/><path d="M-4 .5l2.8 2.8L4.2 -2.8" fill="none" stroke="var(--raised)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></g>':'';
  const gateway=viaGateway||gateways?node(g.gateway,'gateway',viaGateway?(m.identity?'knows the caller':m.verdict==='blocked'?'refuses':'knows no caller'):'',{dash:!viaGateway,ghost:!viaGateway,line:viaGateway&&m.identity?'var(--gateway)':undefined})+badge:'';
  const database=node(g.database,lost?'another database':t[2]||t[0],lost?'not '+(t[2]||t[0]):':'+t[1],{cylinder:true,line:lost?tone:undefined,tone:lost?tone:undefined,dash:lost});
  const height=m.verdict==='direct'&&gateways||lost?g.box[2]:g.box[1];
  return '<svg class="'+(narrow?'standing':'lying')+'" viewBox="0 0 '+g.box[0]+' '+height+'" role="img" aria-label="'+esc(sentence(w,t,m,a))+'"><defs><marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="9" markerHeight="9" orient="auto" markerUnits="userSpaceOnUse"><path d="M1 1.2L8.6 5 1 8.8" fill="none" stroke="context-stroke" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/></marker></defs>'+pod+wayRound(g,a)+node(g.process,'process',cut('as '+w[2],20))+sidecar+gateway+database+meshPath(g,m,tone,gateways||viaGateway,atGateway,viaGateway)+'</svg>';
}
`;
