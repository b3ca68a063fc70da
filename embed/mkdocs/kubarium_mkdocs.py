"""Fenced blocks ```kubarium in MkDocs: a format for pymdownx.superfences that writes <kubarium-playground>.

In mkdocs.yml::

    markdown_extensions:
      - pymdownx.superfences:
          custom_fences:
            - name: kubarium
              class: kubarium
              format: !!python/name:kubarium_mkdocs.fence
              validator: !!python/name:kubarium_mkdocs.options

    extra_javascript:
      - path: kubarium/kubarium.js
        type: module
"""

from html import escape

#: The attributes of the element that a fence may give.
ATTRIBUTES = (
    "src", "nodes", "run", "manifests", "lesson", "seed", "panels", "read-only", "lang", "theme", "height", "load",
)


def _name(key):
    name = key.lower().replace("_", "-")
    return "read-only" if name == "readonly" else name


def options(language, inputs, options, attrs, md):
    """Takes over what the element knows: ``height="420"``, ``read_only``. Superfences writes no ``-`` in names."""
    for given in (inputs, attrs):
        for key, value in (given or {}).items():
            if _name(key) in ATTRIBUTES:
                # A name alone has its own name, or nothing, as its value.
                options[_name(key)] = "" if value in (None, True, key) else str(value)
    return True


def fence(source, language, css_class, options, md, **kwargs):
    """The element, with the block as the text that readers without JavaScript see."""
    given = "".join(
        f' {name}="{escape(value)}"' if value else f" {name}" for name, value in options.items() if name in ATTRIBUTES
    )
    text = escape(source, quote=False)
    # A block that Markdown knows: around anything else it would put a paragraph, which <pre> ends.
    return (
        f'<div><kubarium-playground{given}><pre><code class="language-kubarium">{text}</code></pre>'
        "</kubarium-playground></div>"
    )
