"""What can each output know? Two feed-forward networks and a recurrent one on one text."""

from exhibits.charts import drawn
from figures import memory, memory_whole
from figures.drawing import Drawing
from figures.style import Theme
from lessons.declared import (
    Choice,
    Curve,
    CurveMeasure,
    Declaration,
    Measure,
    Values,
    Whole,
    Words,
)
from rnn_core.memory import (
    ALPHABET,
    NETS,
    TRAINED_SIZE,
    MemorySetup,
    Seen,
    compare,
    expected,
    moved,
    parameter_counts,
    probability,
    with_character,
)

LONGEST = 16
NET = Choice(
    name="net", label="Network", default="recurrent", choices={name: name for name in NETS}
)
OUTPUT = Whole(name="output", label="Output", default=0, low=0, high=LONGEST - 1)
INPUT = Whole(name="input", label="Input", default=0, low=0, high=LONGEST - 1)


def _setup(values: Values) -> MemorySetup:
    return MemorySetup(
        values["text"],
        values["window"],
        values["hidden_size"],
        values["recurrent"],
        values["seed"],
    )


def _fits(values: Values) -> None:
    """Raises ValueError where a step lies beyond the text, or a character is unknown."""
    last = len(values["text"]) - 1
    for name in ("output", "changed"):
        if values[name] > last:
            raise ValueError(f"{name} must be at most {last}, the text's last; got {values[name]}")
    if values["instead"] not in ALPHABET:
        raise ValueError(f"instead must be one of {ALPHABET}; got {values['instead']!r}")
    _setup(values)


def _net(values: Values, name: str) -> Seen:
    return compare(_setup(values))[NETS.index(name)]


def _step(values: Values, name: str, step: int) -> int:
    if step >= len(values["text"]):
        raise ValueError(f"{name} must be at most {len(values['text']) - 1}; got {step}")
    return step


def _sensitivity(values: Values, at: Values) -> float:
    net = _net(values, at["net"])
    t, s = _step(values, "output", at["output"]), _step(values, "input", at["input"])
    return float(net.sensitivity[t, s])


def _inputs_seen(values: Values, at: Values) -> float:
    return float(_net(values, at["net"]).inputs_seen(values["output"]))


def _outputs_moved(values: Values, at: Values) -> float:
    shift = moved(_setup(values), values["changed"], values["instead"])[at["net"]]
    return float((shift > 0).sum())


def _parameters(values: Values, at: Values) -> float:
    return float(_net(values, at["net"]).parameters)


def _chance(values: Values, at: Values) -> float:
    setup = _setup(values)
    if at["changed_text"] == "yes":
        setup = with_character(setup, values["changed"], values["instead"])
    return probability(compare(setup)[2].output[values["output"]], at["character"])


def _fade(values: Values, at: Values) -> Curve:
    row = _net(values, at["net"]).sensitivity[values["output"], : values["output"] + 1]
    if not row.all():
        raise ValueError(f"net: the {at['net']} network's sensitivities are 0 at some inputs")
    return Curve(
        x=tuple(float(s) for s in range(len(row))),
        y=tuple(row.tolist()),
        x_label="input s",
        y_label=f"‖∂y/∂x‖ of output {values['output']}",
        low=1e-4,
        high=1e3,
        log=True,
    )


def _growth(values: Values, at: Values) -> Curve:
    lengths = range(1, LONGEST + 1)
    counts = [parameter_counts(k, values["hidden_size"]) for k in lengths]
    return Curve(
        x=tuple(float(k) for k in lengths),
        y=tuple(float(entry[at["net"]]) for entry in counts),
        x_label="steps T to be covered",
        y_label="parameters",
        low=0.0,
        high=float(max(counts[-1].values())),
    )


def _pictures(values: Values, theme: Theme) -> list[Drawing]:
    setup, text, window = _setup(values), values["text"], values["window"]
    if values["show"] == "parameters":
        counts = [parameter_counts(k, values["hidden_size"]) for k in range(1, LONGEST + 1)]
        return [memory_whole.draw_parameters(counts, window, theme=theme)]
    nets = compare(setup)
    if values["show"] == "map":
        return [memory_whole.draw_map(nets, text, window, theme=theme)]
    if values["show"] == "seen":
        return [memory.draw_seen(nets, text, window, values["output"], theme=theme)]
    step, character = values["changed"], values["instead"]
    shift = moved(setup, step, character)
    changed = compare(with_character(setup, step, character))
    likeliest = None
    if values["recurrent"] != "drawn":
        likeliest = expected(nets[2].output[-1]), expected(changed[2].output[-1])
    return [
        memory.draw_moved(
            nets, shift, text, window, step, character, likeliest=likeliest, theme=theme
        )
    ]


PIECE = drawn(
    Declaration(
        name="memory",
        about="Which inputs an output can know of: feed-forward, windowed, recurrent.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="seen",
                choices={
                    "seen": "What an output knows",
                    "moved": "What a change moves",
                    "map": "All outputs",
                    "parameters": "Parameters",
                },
                segmented=True,
            ),
            Words(
                name="text",
                label="Text",
                default="if (f(y[c], b[a]",
                about="Lower-case letters, digits, spaces, brackets and punctuation.",
                shortest=2,
                longest=LONGEST,
            ),
            Whole(
                name="output",
                label="Output at step t",
                default=15,
                low=0,
                high=LONGEST - 1,
                about="Steps are counted from 0.",
            ),
            Whole(
                name="window",
                label="Window k",
                default=4,
                low=1,
                high=LONGEST,
                about="How many inputs the second network reads at once.",
            ),
            Whole(
                name="changed",
                label="Change the input at step s",
                default=5,
                low=0,
                high=LONGEST - 1,
            ),
            Words(name="instead", label="It reads instead", default="[", shortest=1, longest=1),
            Choice(
                name="recurrent",
                label="Recurrent network",
                default="drawn",
                choices={
                    "drawn": "RNN, random weights",
                    "trained rnn": "RNN, trained on code",
                    "trained lstm": "LSTM, trained on code",
                },
            ),
            Whole(
                name="hidden_size",
                label="Hidden units",
                default=TRAINED_SIZE,
                low=1,
                high=64,
                about="Of all three networks.",
            ),
            Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True),
        ),
        measures=(
            Measure(
                name="sensitivity",
                about="‖∂y_t/∂x_s‖, the Frobenius norm.",
                value=_sensitivity,
                arguments=(NET, OUTPUT, INPUT),
            ),
            Measure(
                name="inputs_seen",
                about="How many inputs reach the output at t.",
                value=_inputs_seen,
                arguments=(NET,),
                unit="inputs",
            ),
            Measure(
                name="outputs_moved",
                about="How many outputs the changed input moves.",
                value=_outputs_moved,
                arguments=(NET,),
                unit="outputs",
            ),
            Measure(
                name="parameters",
                about="How many parameters the network has.",
                value=_parameters,
                arguments=(NET,),
                unit="parameters",
            ),
            Measure(
                name="probability",
                about="The recurrent network's p(character) after step t.",
                value=_chance,
                arguments=(
                    Words(name="character", label="Character", default=")", shortest=1, longest=1),
                    Choice(
                        name="changed_text",
                        label="Of the changed text",
                        default="no",
                        choices={"no": "no", "yes": "yes"},
                    ),
                ),
            ),
        ),
        curves=(
            CurveMeasure(
                name="fade",
                about="‖∂y_t/∂x_s‖ against s.",
                value=_fade,
                arguments=(NET,),
            ),
            CurveMeasure(
                name="parameters",
                about="Parameters against the steps to be covered.",
                value=_growth,
                arguments=(NET,),
            ),
        ),
        fits=_fits,
    ),
    _pictures,
)
