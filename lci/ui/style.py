"""Sizes, frames and colours that Streamlit's theme has no words for."""

from __future__ import annotations

import json

import streamlit as st

from lci.wording import words


def draw() -> None:
    """Put the style sheet on the page; before anything that it shapes."""
    st.html(f"<style>{_PAGE}{_SIDEBAR}{_CHAT}{_PANEL}{_NOTEBOOK}{_PHONE}{_lost()}</style>")


def _lost() -> str:
    """A page without its server can only say what it was given before. Streamlit's own dialog speaks of the internet.

    The states are those of Streamlit's connection; a short break is over before anything is shown.
    """
    lost = "body:has([data-testid=stApp][data-test-connection-state=PINGING_SERVER])"
    notice = json.dumps(words().trouble.connection_lost, ensure_ascii=False)
    return f"""
{lost}::after{{content:{notice};position:fixed;left:50%;top:.8rem;z-index:1000001;transform:translateX(-50%);
 box-sizing:border-box;width:max-content;max-width:min(34rem,calc(100vw - 2rem));padding:.6rem 1rem;
 border:1px solid var(--lci-line);border-left:4px solid #d97706;border-radius:.6rem;background:#fff;color:#1a1c2b;
 box-shadow:0 4px 16px rgba(0,0,0,.16);font-size:.9rem;animation:lci-lost 0s 1s both}}
@keyframes lci-lost{{from{{visibility:hidden}}to{{visibility:visible}}}}
{lost} [data-testid=stDialog]{{display:none!important}}
"""


# Heights sit on the wrapper around a keyed container, hence `:has()`. The chat pane takes what the composer and the
# bars above it leave: whatever they hold, they stay in sight.
_PAGE = """
:root{--lci-line:rgba(120,124,150,.24);--lci-accent:#6366f1}
.stMainBlockContainer{padding:1.4rem 1.4rem .6rem}
[data-testid=stHeader]{background:transparent;height:2.2rem}
@media (min-width:641px){
 [data-testid=stMain]:has(.st-key-chat_pane){overflow:hidden}
 .stMainBlockContainer:not(:has(.st-key-chat_pane)){max-width:62rem;padding:1.2rem 2rem 2rem;align-self:flex-start}
 .stMainBlockContainer:has(.st-key-wide_page){max-width:none}}
.lci-facts{display:grid;grid-template-columns:9rem 1fr;gap:.4rem 1rem;font-size:.93rem;
 margin:0!important;padding:0!important}
.lci-facts dt{opacity:.65}
.lci-facts dd{margin:0!important;overflow-wrap:anywhere}
[data-testid=stHeading] h3{padding-bottom:.2rem}
.st-key-sql textarea{font-family:'Source Code Pro',monospace;font-size:.88rem}
#lci-completions{position:fixed;z-index:1000000;margin:0;padding:.2rem;list-style:none;max-height:15rem;overflow:auto;
 min-width:11rem;max-width:min(26rem,calc(100vw - 1rem));border:1px solid var(--st-border-color);border-radius:.5rem;
 background:var(--st-background-color);color:var(--st-text-color);box-shadow:0 4px 16px rgba(0,0,0,.16);
 font:.84rem 'Source Code Pro',monospace}
#lci-completions li{display:flex;gap:.5rem;margin:0;padding:.25rem .45rem;border-radius:.3rem;cursor:pointer}
#lci-completions li[aria-selected]{background:color-mix(in srgb,var(--st-primary-color) 18%,transparent)}
#lci-completions li span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
#lci-completions li span:first-child{flex:0 0 .9rem;opacity:.55}
#lci-completions li span:last-child{margin-left:auto;padding-left:.8rem;opacity:.6}
@media (max-width:640px){#lci-completions li{padding:.55rem .5rem}}
"""

_SIDEBAR = """
.st-key-phone_sidebar{position:absolute}
[data-testid=stSidebarContent]{display:flex;flex-direction:column;position:relative;padding:0}
[data-testid=stSidebarHeader]{position:absolute;right:0;top:.55rem;height:2.4rem;padding:0 .8rem;z-index:2}
[data-testid=stSidebarUserContent]{flex:1;min-height:0;padding:1rem 1.5rem .8rem}
[data-testid=stSidebarUserContent]>div,[data-testid=stSidebarUserContent]>div>[data-testid=stVerticalBlock]{height:100%}
[data-testid=stSidebarUserContent]>div>[data-testid=stVerticalBlock]{flex-wrap:nowrap}
[data-testid=stSidebar] [data-testid=stVerticalBlock]{gap:.6rem}
[data-testid=stSidebar] h4{padding:.15rem 0 1.1rem;font-size:1.05rem;white-space:nowrap}
[data-testid=stSidebar] [role=combobox]{text-overflow:ellipsis}
[data-testid=stLayoutWrapper]:has(> .st-key-recent){flex:1 1 0!important;min-height:5rem;overflow:hidden auto}
.st-key-recent{height:auto!important;padding-right:.2rem}
.st-key-recent [data-testid=stCaptionContainer]{padding:.5rem 0 .15rem}
.st-key-recent button{padding:.1rem .35rem;min-height:2rem;max-width:100%;border-radius:.45rem}
.st-key-recent button{justify-content:flex-start}
.st-key-recent button:hover{background:rgba(120,124,150,.12)}
.st-key-recent button *{min-width:0}
.st-key-recent button>div,.st-key-recent button>div>span{max-width:100%;justify-content:flex-start}
.st-key-recent button p{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;text-align:left}
[data-testid=stLayoutWrapper]:has(> .st-key-foot){margin-top:auto}
.st-key-foot{border-top:1px solid var(--lci-line);padding-top:.7rem}
.st-key-foot p{font-size:.82rem}
.st-key-foot [data-testid=stCaptionContainer] p{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.st-key-pages p{font-size:.93rem}
.st-key-foot [data-testid=stVerticalBlock]{gap:.15rem}
.st-key-foot [data-testid=stProgress]{opacity:.75}
.st-key-kernel_line{flex-wrap:nowrap!important;min-height:1.6rem}
.st-key-kernel_line button{min-height:1.6rem;padding:0 .2rem}
.st-key-pages a{padding:.22rem .35rem}
"""

_CHAT = """
[data-testid=stColumn]:has(> * > * > .st-key-chat_pane)>[data-testid=stVerticalBlock]{flex-wrap:nowrap}
[data-testid=stColumn]>*>[data-testid=stLayoutWrapper]:has(> .st-key-chat_pane){
 flex:1 1 0!important;min-height:6rem;height:auto!important}
[data-testid=stColumn]>*>[data-testid=stLayoutWrapper]:has(> .st-key-chat_pane)~*{flex:none}
:is(.st-key-queue,.st-key-replay_line){min-height:2.4rem}
:is(.st-key-queue,.st-key-replay_line) p,.st-key-queue [data-testid=stText] span{
 white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
@media(max-width:640px){.st-key-replay_line p{white-space:normal}}
.st-key-queue [data-testid=stText]{display:flex;min-width:0;font-size:.875rem;opacity:.7}
.st-key-chat_pane{height:100%!important;overscroll-behavior:contain;padding-right:.4rem}
[data-testid=stChatMessage]{background:transparent;padding:.35rem 0}
[class*=st-key-user_]{background:rgba(120,124,150,.1);border-radius:.9rem;padding:.35rem .9rem}
[class*=st-key-user_] [data-testid=stChatMessageContent] [data-testid=stVerticalBlock]{gap:.35rem}
[class*=st-key-actions_] button,[class*=st-key-chips_] a{font-size:.82rem}
[class*=st-key-actions_] button{min-height:1.9rem;padding:.1rem .3rem;opacity:.75}
[class*=st-key-actions_]{margin-left:-.3rem}
[class*=st-key-actions_] button:hover,[class*=st-key-actions_] [class*=st-key-continue_] button{opacity:1}
[class*=st-key-actions_] [data-testid=stPopover] button>div>div:last-child:not(:first-child),
.st-key-kernel_line [data-testid=stPopover] button>div>div:last-child:not(:first-child),
.st-key-file_line [data-testid=stPopover] button>div>div:last-child:not(:first-child),
.st-key-facts_line [data-testid=stPopover] button>div>div:last-child:not(:first-child){display:none}
[data-testid=stImage] img{background:#fff;border:1px solid var(--lci-line);border-radius:.5rem;padding:.3rem}
.lci-table{overflow:auto;max-height:22rem;border:1px solid var(--lci-line);border-radius:.5rem;font-size:.85rem}
.lci-table table{border-collapse:collapse;width:max-content;min-width:100%}
.lci-table th,.lci-table td{padding:.25rem .6rem;border-bottom:1px solid var(--lci-line);text-align:right}
.lci-table th{color:inherit;opacity:.75;font-weight:600}
.lci-table p{margin:.3rem .6rem;opacity:.7}
[data-testid=stIFrame]{border:1px solid var(--lci-line);border-radius:.5rem}
[class*=st-key-source_] textarea,[class*=st-key-cell_source_] textarea{font-family:'Source Code Pro',monospace;
 font-size:.85rem;line-height:21px}
@supports (field-sizing:content){
 [class*=st-key-source_] [data-testid=stTextArea] :not(label,label *){height:auto!important}
 [class*=st-key-source_] textarea{field-sizing:content;max-height:26rem}}
@keyframes lci-turn{to{transform:rotate(360deg)}}
[class*=st-key-running_] summary [data-testid=stIconMaterial]:first-child{animation:lci-turn 1.2s linear infinite}
@media (prefers-reduced-motion:reduce){[class*=st-key-running_] summary [data-testid=stIconMaterial]{animation:none}}
[data-testid=stChatInputTextArea]::placeholder{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
:is([class*=st-key-example_],[class*=st-key-question_]) :is(button,button p){text-align:left}
:is([class*=st-key-example_],[class*=st-key-question_]) :is(button>div,button>div>span){justify-content:flex-start}
[class*=st-key-quick_],[class*=st-key-changes_]{gap:.35rem!important}
[class*=st-key-changes_] button{min-height:1.6rem;padding:.05rem .3rem}
[class*=st-key-changes_] button p{font-size:.8rem}
[class*=st-key-quick_] button{min-height:1.75rem;padding:.1rem .6rem;border-radius:.9rem}
[class*=st-key-quick_] button p{font-size:.82rem}
.st-key-composer{flex-wrap:nowrap!important}
.st-key-stop button{min-height:3.55rem;border-radius:.6rem}
@media (hover:none),(pointer:coarse),(max-width:640px){
 .st-key-stop kbd,.st-key-stop [data-testid*=hortcut]{display:none}}
"""

_PANEL = """
@media (min-width:641px){
 .stMainBlockContainer:has(.st-key-chat_pane){height:100dvh}
 .stMainBlockContainer:has(.st-key-chat_pane)>[data-testid=stVerticalBlock]{height:100%;flex-wrap:nowrap}
 .stMainBlockContainer>*>[data-testid=stLayoutWrapper]:has(.st-key-chat_pane){flex:1 1 0;min-height:0}
 .stMainBlockContainer>*>[data-testid=stLayoutWrapper]:has(.st-key-chat_pane)>*,
 [data-testid=stColumn]:has(.st-key-chat_pane,.st-key-side_panel),
 [data-testid=stColumn]:has(> * > * > .st-key-chat_pane,> * > * > .st-key-side_panel)>[data-testid=stVerticalBlock]{
  height:100%!important}
 [data-testid=stLayoutWrapper]:has(> .st-key-side_panel){height:100%!important;flex:1 1 0!important;min-height:0}}
.st-key-side_panel{height:100%!important;padding-bottom:1.2rem}
[data-testid=stFileUploaderDropzoneInstructions]{display:none}
/* What has come lies in the workspace: a cross here would take away its name only. The Files tab deletes it. */
[data-testid=stFileUploader] [data-testid=stFileChip]:not(:has([data-testid=stFileChipIconError],
 [data-testid=stFileChipIconSpinner])) [data-testid=stFileChipDeleteBtn]{display:none}
.st-key-facts_line{flex-wrap:nowrap!important;min-height:1.6rem}
.st-key-facts_line button{min-height:1.6rem;padding:0 .2rem}
.st-key-file_actions button,.st-key-file_actions a{font-size:.85rem;padding:.25rem .6rem;min-height:2.3rem}
.lci-columns{overflow:auto;max-height:18.5rem;
 border:1px solid var(--lci-line);border-radius:.5rem;font-size:.84rem}
.lci-columns table{border-collapse:collapse;width:100%;table-layout:fixed}
.lci-columns th,.lci-columns td{padding:.24rem .5rem;border-bottom:1px solid var(--lci-line);text-align:left;
 font-weight:400;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.lci-columns tr:last-child td{border-bottom:0}
.lci-columns thead{background:color-mix(in srgb,currentColor 4%,transparent)}
.lci-columns thead th{opacity:.7}
.lci-columns th:nth-child(1){width:28%}.lci-columns th:nth-child(2){width:18%}
.lci-columns th:nth-child(3),.lci-columns td:nth-child(3){width:14%;text-align:right}
.lci-columns th:nth-child(5){width:21%}
.lci-tree{font-size:.84rem;max-height:26rem;overflow:auto;border:1px solid var(--lci-line);border-radius:.5rem}
.lci-tree p,.lci-turn p{font-size:inherit}
.lci-tree>:last-child{border-bottom:0}
.lci-tree details{margin-left:.1rem}.lci-tree details>details,.lci-tree details>p{margin-left:1.1rem}
.lci-tree summary,.lci-tree p{margin:0;padding:.22rem .4rem;border-bottom:1px solid var(--lci-line)}
.lci-tree summary{cursor:pointer}.lci-tree summary b{font-weight:600}
.lci-tree p{display:flex;gap:.8rem;align-items:baseline}.lci-tree summary i{margin-left:.8rem}
.lci-tree i{font-style:normal;opacity:.7;white-space:nowrap}.lci-tree p i:last-child{min-width:7.6rem;text-align:right}
.lci-tree a{text-decoration:none}.lci-tree a:hover{text-decoration:underline}
.lci-tree a{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.lci-tree em{font-style:normal;font-size:.76rem;border:1px solid var(--lci-line);border-radius:.6rem;padding:0 .4rem;
 white-space:nowrap}
.lci-turn{font-size:.84rem;margin-top:.3rem}.lci-turn b{font-weight:600}
.lci-turn p{display:flex;gap:.6rem;align-items:baseline;margin:.15rem 0 0}
.lci-turn em{font-style:normal;opacity:.7;min-width:4rem}.lci-turn span{min-width:0;overflow-wrap:anywhere}
.lci-turn i{font-style:normal;opacity:.7;margin-left:auto;white-space:nowrap}
.lci-bars{display:flex;align-items:flex-end;gap:1px;height:1.25rem}
.lci-bars i{flex:1;max-width:.75rem;min-height:1px;background:var(--lci-accent);border-radius:1px 1px 0 0}
.lci-bars:empty{display:none}
.lci-cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.7rem;font-size:.84rem}
.lci-cards figure{margin:0;padding:.6rem .7rem;border:1px solid var(--lci-line);border-radius:.5rem;min-width:0}
.lci-cards figcaption{display:flex;flex-direction:column;margin-bottom:.4rem;min-width:0}
.lci-cards b{font-weight:600;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.lci-cards figcaption i{font-style:normal;opacity:.7}.lci-cards p{margin:0;opacity:.7}
.lci-cards .bars{display:flex;align-items:flex-end;gap:1px;height:4.5rem}
.lci-cards .bars i{flex:1;min-height:1px;background:var(--lci-accent);border-radius:1px 1px 0 0}
.lci-cards .ends{display:flex;justify-content:space-between;opacity:.7;font-size:.76rem;margin-top:.2rem}
.lci-cards .top{display:flex;align-items:center;gap:.5rem;position:relative;padding:.05rem .3rem}
.lci-cards .top i{position:absolute;left:0;top:0;bottom:0;opacity:.25;background:var(--lci-accent);border-radius:2px}
.lci-cards .top span{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.lci-cards .top em{font-style:normal;opacity:.7}
"""

_NOTEBOOK = """
.st-key-notebook{gap:.35rem}
[class*=st-key-nb_] :is(h1,h2,h3,h4){padding:.35rem 0 .15rem}
[class*=st-key-nb_] h1{font-size:1.6rem}[class*=st-key-nb_] h2{font-size:1.3rem}[class*=st-key-nb_] h3{font-size:1.1rem}
.st-key-notebook :is(.st-key-download_notebook,.st-key-verify_notebook,.st-key-rerun,.st-key-rerun_notebook,
 .st-key-rerun_report){max-width:18rem}
[class*=st-key-nb_]{position:relative;gap:.3rem;scroll-margin-top:3.4rem;padding:.2rem .8rem;margin-inline:-.8rem;
 border-left:3px solid transparent;width:calc(100% + 1.6rem)!important;max-width:none!important}
[class*=st-key-nb_now_]{border-left-color:var(--lci-accent);
 background:color-mix(in srgb,var(--lci-accent) 5%,transparent)}
[class*=st-key-nb_] [data-testid=stText]{font-size:1.15rem;font-weight:600;padding:.5rem 2rem .2rem 0}
[class*=st-key-pick_]{margin-left:-.35rem}
[class*=st-key-pick_] button{min-height:1.7rem;padding:.1rem .35rem;font-size:.82rem}
[class*=st-key-pick_] button p{font-size:.82rem}
[class*=st-key-pick_] button code{font-size:.8rem;padding:.05rem .3rem}
[class*=st-key-pick_] [data-testid=stIconMaterial]{font-size:1rem;opacity:.7}
[class*=st-key-pick_text_]{position:absolute;top:.35rem;right:.6rem;width:auto!important;opacity:0;z-index:1}
[class*=st-key-nb_]:is(:hover,:focus-within)>[class*=st-key-pick_text_]{opacity:1}
@media (hover:none){[class*=st-key-pick_text_]{opacity:.6}}
[class*=st-key-nb_] [data-testid=stCode]{cursor:text}
[class*=st-key-nb_] [class*=st-key-nbout_] [data-testid=stCode]{cursor:auto}
[class*=st-key-nbout_] [data-testid=stCode] pre{background:transparent;border-left:2px solid var(--lci-line);
 border-radius:0;padding-block:.35rem}
.st-key-cell_tools{gap:.1rem!important;flex-wrap:wrap;margin-left:-.35rem}
.st-key-cell_tools>*{width:auto!important;flex:none!important}
.st-key-cell_tools button{min-height:2.1rem;min-width:2.1rem;padding:.2rem .5rem}
.st-key-cell_tools button p,.st-key-notebook_end button p{font-size:.88rem}
.st-key-notebook_end{padding-block:.6rem 3rem}
@media (max-width:640px){.st-key-cell_tools button{min-width:1.9rem;padding:.2rem .28rem}
 .st-key-cell_tools{gap:0!important}}
[data-testid=stLayoutWrapper]:has(> .st-key-notebook_bar){position:sticky;bottom:.6rem;z-index:2}
.st-key-notebook_bar{gap:.4rem}
.st-key-notebook_bar :is(.st-key-stale_line,.st-key-replay_line){gap:0 .6rem}
.st-key-notebook_bar>[data-testid=stLayoutWrapper]{border:1px solid var(--lci-line);border-radius:.6rem;
 padding:.25rem .8rem;background:light-dark(#fff,#181c25);box-shadow:0 4px 16px rgba(0,0,0,.12)}
.st-key-notebook_bar .st-key-stop button{min-height:2.5rem}
"""

_PHONE = """
@media (max-width:640px){ .stMainBlockContainer{padding:2.8rem .75rem .5rem}
 [data-testid=stHeader]{background:var(--st-background-color);height:2.8rem}
 [data-testid=stColumn]:has(> * > * > .st-key-chat_pane)>[data-testid=stVerticalBlock]{height:calc(100dvh - 3.3rem)}
 [data-testid=stLayoutWrapper]:has(> .st-key-composer){position:sticky;bottom:0;z-index:1;
  background:var(--st-background-color)}
 .lci-columns th,.lci-columns td{padding-inline:.35rem}
 .lci-tree p i:last-child{display:none}
 [data-testid=stLayoutWrapper]:has(> .st-key-side_panel),.st-key-side_panel{height:auto!important}
 .st-key-chat_pane [data-testid=stChatMessageContent]
  :is([data-testid=stElementContainer]):has(> [data-testid=stFullScreenFrame] [data-testid=stImage]){
  margin-left:-2.4rem;width:calc(100% + 2.4rem)!important;max-width:none}
 .st-key-chat_pane [data-testid=stImage],.st-key-chat_pane [data-testid=stImage] *{
  width:100%!important;max-width:none!important}
 .lci-facts{grid-template-columns:1fr;gap:.1rem}
 .lci-facts dt{margin-top:.5rem}
 .st-key-chat_pane [data-testid=stCode] code{font-size:.73rem}
 [class*=st-key-running_] [data-testid=stElementContainer]:first-child [data-testid=stCode] pre{max-height:15rem} }
"""
