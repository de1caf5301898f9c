"""The names under which sources know the speakers of a turn."""

from difflib import get_close_matches

from orchestrator.core.conversations.conversation import Speaker

_NAMES = {
    Speaker.CUSTOMER: (
        "customer user client visitor end_user enduser consumer caller guest shopper buyer member subscriber "
        "passenger patient requester contact external_contact external end_customer"
    ),
    Speaker.AGENT: (
        "agent human_agent live_agent operator representative rep advisor adviser associate csr support support_agent "
        "service_agent customer_service employee staff consultant specialist clerk internal human_operator"
    ),
    Speaker.BOT: (
        "bot assistant virtual_agent virtual_assistant automated_agent chatbot chat_bot voicebot voice_bot ai ai_agent "
        "ai_assistant model ivr digital_assistant"
    ),
    Speaker.SYSTEM: "system event notification automation auto trigger acd workflow service_message info",
    Speaker.SUPERVISOR: "supervisor manager team_lead team_leader teamlead coach monitor supervisor_agent",
}
SPEAKERS = {name: speaker for speaker, names in _NAMES.items() for name in names.split()}
"""Small letters, words joined by `_`."""
SPEAKERS |= {name.upper(): speaker for name, speaker in SPEAKERS.items()}
SPEAKERS |= {name.capitalize(): SPEAKERS[name] for name in tuple(SPEAKERS)}


def unknown_speaker(name: str) -> str:
    """What to do about a name that is not known."""
    near = get_close_matches(name, SPEAKERS, n=1, cutoff=0.8)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return f"{meant}write one of {', '.join(speaker.value for speaker in Speaker)}"
