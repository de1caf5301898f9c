"""Handlebars templates still work when their compiler is deferred."""

import subprocess
import sys

SCRIPT = """
import asyncio, sys
from orchestrator.engine.handlebars import defer_handlebars
defer_handlebars()
from semantic_kernel import Kernel
from semantic_kernel.functions import KernelArguments
from semantic_kernel.prompt_template import HandlebarsPromptTemplate, PromptTemplateConfig
print("pybars._compiler" in sys.modules)
def template(text):
    config = PromptTemplateConfig(name="t", template=text, template_format="handlebars")
    return HandlebarsPromptTemplate(prompt_template_config=config)
print(asyncio.run(template("hello {{name}}").render(Kernel(), KernelArguments(name="Ada"))))
try:
    template("{{#if}")
except Exception as error:
    print(type(error).__name__)
"""


def test_a_template_is_rendered_with_the_real_compiler() -> None:
    """Nothing is loaded at import; rendering works; a broken template is Semantic Kernel's own error."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:3] == ["False", "hello Ada", "HandlebarsTemplateSyntaxError"]
