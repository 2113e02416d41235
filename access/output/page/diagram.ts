/** Draws the path of one pair as SVG text. Runs in the page; what it needs of it comes as arguments. */
export const diagramScript = String.raw`
const hopWords={plaintext:'plaintext',tls:'TLS','mutual-tls':'mutual TLS','tls-passthrough':'own TLS','mutual-tls+tls-passthrough':'own TLS in mutual TLS'};
const lock=(x,y,shut)=>'<g transform="translate('+x+' '+y+')" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"><rect x="-4.5" y="-1" width="9" height="7.4" rx="1.8" fill="currentColor" stroke="none"/><path d="'+(shut?'M-2.8 -1v-1.8a2.8 2.8 0 0 1 5.6 0V-1':'M-2.8 -1v-2.4a2.8 2.8 0 0 1 5.4 -.9')+'"/></g>';
function cut(text,length){return text.length>length?text.slice(0,length-1)+'…':text}
function node(x,y,w,h,title,sub,options){
  const o=options||{},tone=o.tone||'var(--ink)',dash=o.dash?' stroke-dasharray="4 4"':'';
  const shape=o.cylinder
    ?'<path d="M'+x+' '+(y+8)+'v'+(h-16)+'a'+w/2+' 8 0 0 0 '+w+' 0v-'+(h-16)+'" fill="var(--raised)" stroke="'+(o.line||'var(--line)')+'" stroke-width="1.4"'+dash+'/><ellipse cx="'+(x+w/2)+'" cy="'+(y+8)+'" rx="'+w/2+'" ry="8" fill="var(--raised)" stroke="'+(o.line||'var(--line)')+'" stroke-width="1.4"'+dash+'/>'
    :'<rect x="'+x+'" y="'+y+'" width="'+w+'" height="'+h+'" rx="10" fill="var(--raised)" stroke="'+(o.line||'var(--line)')+'" stroke-width="1.4"'+dash+'/>';
  const ty=o.cylinder?y+h/2+8:y+h/2-(sub?3:-5);
  return '<g'+(o.ghost?' opacity=".45"':'')+'>'+shape+'<text x="'+(x+w/2)+'" y="'+ty+'" text-anchor="middle" font-size="13" font-weight="600" fill="'+tone+'">'+esc(cut(title,Math.floor(w/7.3)))+'</text>'+(sub?'<text x="'+(x+w/2)+'" y="'+(ty+16)+'" text-anchor="middle" font-size="11" fill="var(--muted)">'+esc(cut(sub,Math.floor(w/5.9)))+'</text>':'')+'</g>';
}
function hop(path,x,y,kind,tone){
  const shut=kind&&kind!=='plaintext',word=kind?hopWords[kind]:'',color=kind==='plaintext'?'var(--direct)':tone;
  const lines=word.length>14?word.split(' in '):[word];
  const label=!kind?'':'<g style="color:'+color+'">'+lock(x,y-(lines.length>1?40:26),shut)+lines.map((part,i)=>'<text x="'+x+'" y="'+(y-9-(lines.length-1-i)*14)+'" text-anchor="middle" font-size="11.5" font-weight="600" fill="currentColor">'+(i?'in ':'')+part+'</text>').join('')+'</g>';
  return '<path d="'+path+'" fill="none" stroke="'+color+'" stroke-width="2.2" stroke-linecap="round" marker-end="url(#head)" style="color:'+color+'"'+(kind==='plaintext'?' stroke-dasharray="6 4" class="flow"':'')+'/>'+label;
}
function bar(x,y,tone){return '<g stroke="'+tone+'" stroke-width="2.4" stroke-linecap="round"><circle cx="'+x+'" cy="'+y+'" r="10" fill="var(--surface)"/><path d="M'+(x-5)+' '+(y-5)+'l10 10m0-10l-10 10"/></g>'}
function diagram(w,t,mesh,around,hasGateways){
  const Y=150,H=56,mid=Y+H/2,host=t[2]||t[0],sidecar=w[3]==='true';
  const tone='var(--'+mesh.v+')',stopAtGateway=mesh.v==='blocked'&&mesh.b.some(i=>/^(AuthorizationPolicy|Gateway)$/.test(D.evidence[i].k));
  const viaGateway=mesh.v==='gateway'||(mesh.v==='misrouted'&&mesh.e.length>1)||stopAtGateway;
  let s='<rect x="6" y="'+(Y-30)+'" width="256" height="'+(H+46)+'" rx="14" fill="none" stroke="var(--line)" stroke-dasharray="3 4"/><text x="20" y="'+(Y-12)+'" font-size="11" fill="var(--faint)">pod of '+esc(cut(w[0]+'/'+w[1],34))+'</text>';
  s+=node(18,Y,114,H,'process',cut('as '+w[2],20));
  s+=sidecar?node(150,Y,100,H,'sidecar','proxy'):node(150,Y,100,H,w[3]==='false'?'no sidecar':'sidecar?','',{dash:true,ghost:true});
  s+='<path d="M132 '+mid+'h'+(sidecar?15:16)+'" stroke="var(--faint)" stroke-width="2" marker-end="url(#head)" style="color:var(--faint)"/>';
  if(viaGateway||hasGateways)s+=node(382,Y,122,H,'gateway',viaGateway?(mesh.i?'knows the caller':'knows no caller'):'',{dash:!viaGateway,ghost:!viaGateway,line:viaGateway&&mesh.i?'var(--gateway)':undefined});
  if(viaGateway&&mesh.i)s+='<g transform="translate(496 '+(Y-1)+')"><circle r="10" fill="var(--gateway)"/><path d="M-4 .5l2.8 2.8L4.2 -2.8" fill="none" stroke="var(--raised)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></g>';
  const lost=mesh.v==='misrouted';
  s+=node(622,Y-4,132,H+8,lost?'another database':host,lost?'not '+host:':'+t[1],{cylinder:true,line:lost?tone:undefined,tone:lost?tone:undefined,dash:lost});
  if(mesh.v==='gateway'||(lost&&viaGateway)){
    s+=hop('M252 '+mid+'H378',320,mid,mesh.e[0],tone)+hop('M504 '+mid+'H618',562,mid,mesh.e[1]||mesh.e[0],tone);
  }else if(mesh.v==='direct'||lost){
    const dip=hasGateways;
    s+=hop(dip?'M252 '+mid+'C330 '+(mid+86)+' 545 '+(mid+86)+' 619 '+(mid+12):'M252 '+mid+'H618',436,dip?mid+62:mid,mesh.e[0],tone);
  }else if(mesh.v==='unknown'){
    s+='<path d="M252 '+mid+'H618" fill="none" stroke="'+tone+'" stroke-width="2" stroke-dasharray="2 7" stroke-linecap="round"/><circle cx="316" cy="'+mid+'" r="12" fill="var(--unknown-soft)" stroke="'+tone+'" stroke-width="1.5"/><text x="316" y="'+(mid+5)+'" text-anchor="middle" font-size="14" font-weight="700" fill="'+tone+'">?</text>';
  }else{
    const end=stopAtGateway?352:300;
    s+='<path d="M252 '+mid+'H'+(end-14)+'" fill="none" stroke="'+tone+'" stroke-width="2.2"/>'+bar(end,mid,tone);
    if(mesh.x)s+='<path d="M620 '+(mid+16)+'C520 '+(mid+70)+' 240 '+(mid+78)+' 92 '+(Y+H+4)+'" fill="none" stroke="var(--misrouted)" stroke-width="2" stroke-dasharray="3 5" stroke-linecap="round" marker-end="url(#head)" style="color:var(--misrouted)"/><text x="430" y="'+(mid+72)+'" text-anchor="middle" font-size="11.5" font-weight="600" fill="var(--misrouted)">the greeting comes back all the same</text>';
  }
  const a=around.v,color=a==='open'?'var(--open)':a==='blocked'?'var(--blocked)':'var(--unknown)';
  const words={open:'way round the sidecar: open',blocked:'way round the sidecar: blocked',unknown:'way round the sidecar: not known'}[a];
  const whole='M75 '+(Y-2)+'C110 18 640 18 688 '+(Y-8);
  s+='<path d="'+whole+'" fill="none" stroke="'+color+'" stroke-width="'+(a==='open'?2.4:1.6)+'" stroke-linecap="round"'+(a==='open'?' marker-end="url(#head)" style="color:'+color+'"':' stroke-dasharray="2 6"')+'/>';
  if(a==='blocked')s+=bar(382,49,color);
  if(a==='unknown')s+='<circle cx="382" cy="49" r="11" fill="var(--unknown-soft)" stroke="'+color+'" stroke-width="1.5"/><text x="382" y="54" text-anchor="middle" font-size="13" font-weight="700" fill="'+color+'">?</text>';
  s+='<text x="382" y="'+(a==='open'?34:28)+'" text-anchor="middle" font-size="12" font-weight="600" fill="'+color+'">'+words+'</text>';
  const low=mesh.v==='direct'||mesh.x||lost?264:226;
  return '<svg viewBox="0 0 760 '+low+'" role="img" aria-label="'+esc(sentence(w,t,mesh,around))+'"><defs><marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M1 1.2L8.6 5 1 8.8" fill="none" stroke="context-stroke" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></marker></defs>'+s+'</svg>';
}
`;
