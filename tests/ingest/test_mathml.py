from __future__ import annotations

import time

import pytest
from lxml import etree

from semsearch.ingest.clean import clean_text
from semsearch.ingest.formats.services.csl import _HEADING
from semsearch.ingest.mathml import formulas_written_out, from_mathml


@pytest.mark.parametrize(
    ("mathml", "text"),
    [
        ("<msup><mi>x</mi><mn>2</mn></msup>", "x²"),
        ("<msup><mi>e</mi><mrow><mi>i</mi><mo>+</mo><mn>1</mn></mrow></msup>", "e^(i+1)"),
        ("<msub><mi>a</mi><mrow><mn>1</mn><mn>2</mn></mrow></msub>", "a₁₂"),
        ("<msubsup><mi>η</mi><mi>p</mi><mn>2</mn></msubsup>", "η_p²"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mi>b</mi></mfrac>", "(a+1)/b"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x+1)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "³√x"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x\u0304"),
        ("<mfenced open='[' close=')'><mn>0</mn><mn>1</mn></mfenced>", "[0,1)"),
        ("<mi>log</mi><mi>n</mi>", "log n"),
        ("<mn>2</mn><mi>ma</mi><mi>x</mi>", "2max"),
        ("<msup><mn>20</mn><mo>∘</mo></msup><mi>C</mi>", "20°C"),
        ("<semantics><mi>x</mi><annotation>\\x</annotation></semantics>", "x"),
        ("<mmultiscripts><mi>F</mi><none/><mn>18</mn></mmultiscripts>", "F¹⁸"),
        ("<infinity/>", "∞"),
        ("<mfrac><mi>a</mi></mfrac>", "a"),
    ],
)
def test_a_formula_is_what_one_would_type(mathml: str, text: str) -> None:
    namespace = "http://www.w3.org/1998/Math/MathML"
    assert from_mathml(etree.fromstring(f"<math>{mathml}</math>")) == text
    assert from_mathml(etree.fromstring(f"<math xmlns='{namespace}'>{mathml}</math>")) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            "as <mml:math><mml:msup><mml:mi>t</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math> grows",
            "as t² grows",
        ),
        ("<math display='inline'><mi>n</mi><mo>&lt;</mo><mn>3</mn></math>", "n<3"),
        (
            "<jats:alternatives><jats:tex-math>$$\\alpha $$</jats:tex-math>\n"
            "<mml:math><mml:mi>α</mml:mi></mml:math></jats:alternatives>",
            "α",
        ),
        ("<jats:tex-math>\\documentclass{a}\\begin{document}$$x_1$$\\end{document}</jats:tex-math>", "x₁"),
        (
            "<tex-math>\\textbf{SM}</tex-math><tex-math>^2</tex-math> is 31<tex-math>\\\\%</tex-math>",
            "SM² is 31%",
        ),
        ("<tex-math>\\\\textit{MMHal}</tex-math> and <tex-math> </tex-math>no more", "MMHal and no more"),
        ("<math><mi>x</mi></math> <tex-math>x</tex-math>", "x"),
        ("<math/> and <math>", "<math/> and <math>"),
        ("a < math > b", "a < math > b"),
        ("<mml:math><mml:mi>x</mml:math>", "x"),
    ],
)
def test_formulas_in_a_text_are_written_out(text: str, clean: str) -> None:
    assert clean_text(text) == clean
    assert clean_text(clean) == clean


@pytest.mark.parametrize("mark", ["<math>", "<tex-math>", "</math>", "<math><mi>", "<jats:title>"])
def test_marks_that_end_nowhere_cost_one_look(mark: str) -> None:
    began = time.process_time()
    formulas_written_out(mark * 50_000)
    _HEADING.sub("", mark * 50_000)
    assert time.process_time() - began < 2


def test_formulas_too_deep_to_follow_are_cut() -> None:
    assert "x" not in formulas_written_out(f"<math>{'<mrow>' * 9999}x{'</mrow>' * 9999}</math>")
