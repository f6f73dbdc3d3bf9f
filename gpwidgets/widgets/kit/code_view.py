"""Code to be read and copied: the text, a button, and a word on whether it was copied."""

from __future__ import annotations

from html import escape

from gpwidgets.texts import tr

__all__ = ["code_html", "copy_bar"]

#: Runs in the page. The text is read from the page too, so that nothing of it is ever part of a script.
_COPY = """
const box = this.closest('.gpw-code-box'), said = box.querySelector('[role=status]');
const text = box.querySelector('pre, ul'), button = this;
const choose = () => {
  const range = document.createRange(); range.selectNodeContents(text);
  const chosen = getSelection(); chosen.removeAllRanges(); chosen.addRange(range);
};
const told = done => { said.textContent = done ? button.dataset.done : button.dataset.refused; };
const other = () => {
  choose(); let done = false;
  try { done = document.execCommand('copy'); } catch (error) { done = false; }
  told(done); if (!done) { text.focus(); choose(); }
};
said.textContent = '';
if (navigator.clipboard && navigator.clipboard.writeText) {
  navigator.clipboard.writeText(text.textContent).then(() => told(true), other);
} else { other(); }
"""


def code_html(code: str) -> str:
    """Return code with a button that copies it.

    Browsers let a page write to the clipboard only where its address is safe and its user allows it; where
    that is not so, the text is selected and the way to copy it is said.
    """
    return (
        f'<div class="gpw-code-box">{copy_bar(tr("Copy the code"))}'
        f'<pre class="gpw-code" tabindex="0">{escape(code)}</pre></div>'
    )


def copy_bar(words: str) -> str:
    """Return a button that copies the text or list of the box it stands in, which is a ``gpw-code-box``."""
    done = escape(tr("Copied."))
    refused = escape(
        tr("The browser did not let it be copied. It is selected: press Ctrl+C, or Cmd+C on a Mac.")
    )
    return (
        '<div class="gpw-code-bar">'
        f'<button type="button" class="jupyter-button widget-button gpw-copy" data-done="{done}" '
        f'data-refused="{refused}" onclick="{escape(" ".join(_COPY.split()))}">'
        f'<i class="fa fa-copy" aria-hidden="true"></i> {escape(words)}</button> '
        '<span class="gpw-muted" role="status"></span></div>'
    )
