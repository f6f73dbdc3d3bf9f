"""Looks of the form; colours follow Jupyter's theme, light or dark."""

from __future__ import annotations

import ipywidgets as w

FORM_CSS = """
.gpw-form { gap: 2px; }
.gpw-field { margin: 0 0 8px; overflow: visible; }
.gpw-field .widget-inline-hbox:not(.gpw-check) { flex-flow: row wrap; height: auto; }
.gpw-field .widget-inline-hbox:not(.gpw-check) > .widget-label { width: 100%; text-align: left; margin: 0;
  height: auto; line-height: 1.5; white-space: normal; font-weight: 600; }
.gpw-field .widget-inline-hbox:not(.gpw-check) > .widget-label[style*="display: none"] { width: 0; }
.gpw-field .widget-inline-hbox > input, .gpw-field .widget-inline-hbox > textarea,
.gpw-field .widget-inline-hbox > select { flex: 1 1 60px; min-width: 0; }
.gpw-field .widget-inline-hbox > select:not([multiple]) { height: var(--jp-widgets-inline-height, 28px); }
.gpw-field .widget-textarea { height: auto; }
.gpw-field > .jupyter-widgets, .gpw-form > .widget-accordion { margin-left: 0; margin-right: 0; }
.gpw-field .gpw-label { font-weight: 600; height: auto; line-height: 1.5; white-space: normal; }
.gpw-field input::placeholder, .gpw-field textarea::placeholder { color: var(--jp-ui-font-color2, #616161);
  opacity: 1; }
.gpw-row { gap: 2px; }
.gpw-row .gpw-field { margin: 0 0 2px; }
.gpw-headings { gap: 2px; }
.gpw-headings .widget-label { font-weight: 600; margin: 0; }
.gpw-boxes { border: 1px solid var(--jp-border-color1, #bdbdbd); padding: 2px 6px; }
.gpw-boxes .widget-checkbox { height: 24px; flex: 0 0 auto; }
.gpw-tools { gap: 2px; }
.gpw-foot { line-height: 1.4; }
.gpw-foot .gpw-default { width: 28px; height: 24px; line-height: 22px; padding: 0; }
.gpw-foot details > summary { cursor: pointer; }
.gpw-field input[type="datetime-local"] { height: var(--jp-widgets-inline-height, 28px); padding: 0 8px;
  color: var(--jp-ui-font-color1, #212121); background: var(--jp-layout-color0, #fff); font: inherit;
  border: 1px solid var(--jp-border-color1, #bdbdbd); box-sizing: border-box; color-scheme: light; }
body[data-jp-theme-light="false"] .gpw-field input[type="datetime-local"] { color-scheme: dark; }
.gpw-problem { color: var(--jp-error-color0, #b71c1c); line-height: 1.4; overflow-wrap: anywhere; }
body[data-jp-theme-light="false"] .gpw-problem, body[data-jp-theme-light="false"] .gpw-remark.gpw-error {
  color: var(--jp-error-color2, #e57373); }
.gpw-remark { line-height: 1.4; overflow-wrap: anywhere; color: var(--jp-ui-font-color1, #212121); }
.gpw-remark.gpw-error { color: var(--jp-error-color0, #b71c1c); }
.gpw-invalid > .widget-inline-hbox > input, .gpw-invalid > .widget-inline-hbox > select,
.gpw-invalid > .widget-inline-hbox > textarea, .gpw-invalid > .widget-hbox > .widget-inline-hbox > input {
  border: 1px solid var(--jp-error-color1, #c62828); }
.gpw-fold > .gpw-fold-title { width: auto; align-self: flex-start; background: transparent;
  padding: 0 4px 0 0; color: var(--jp-ui-font-color1, #212121); box-shadow: none; max-width: 100%; }
.gpw-fold > .gpw-fold-content { border-left: 3px solid var(--jp-border-color2, #e0e0e0);
  padding: 0 0 4px 8px; }
.gpw-field > .gpw-plain { padding: 0 2px; box-sizing: border-box; }
.gpw-field .gpw-plain, .gpw-field .gpw-plain > .jupyter-widgets { margin-left: 0; margin-right: 0; }
.gpw-field .gpw-plain .widget-inline-hbox { margin-left: 0; margin-right: 4px; }
.gpw-field .gpw-plain > .widget-inline-hbox { margin-right: 0; }
.gpw-section > .jp-Collapse-contents, .gpw-form .jp-Collapse-contents { padding: 6px 8px; }
"""


def form_style_sheet() -> w.HTML:
    """Return a widget that shows nothing and brings the form's styles into the page."""
    return w.HTML(f"<style>{FORM_CSS}</style>", layout=w.Layout(display="none"))
