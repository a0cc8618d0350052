"""GPT-2's byte-level BPE by its definition (openai/gpt-2, encoder.py), with the standard library alone: the split
pattern on unicodedata's categories, merges found by searching the lowest rank again and again.

  python3 gpt2_reference.py > gpt2_cases.json    # a small vocabulary, learned from the lines below, and cases
"""
import collections
import json
import random
import unicodedata

WHITE = set("\t\n\v\f\r\x85 \xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(c) for c in range(0x2000, 0x200B)}
LINES = [
    "the cat sat on the mat; the dog sat on the log, and they're all here.",
    "It's the 21st of March 2019, we'll see: 100,000 words don't make a book!",
    "  indented text\n\nwith   blanks\tand\r\nnewlines \n",
    "der Hund läuft über die Straße, naß und müde: «Guten Tag»",
    "日本語のテキスト и русский текст, ελληνικά, العربية ١٢٣ 😀",
]


def kind(c):
    if c in WHITE:
        return "S"
    category = unicodedata.category(c)[0]
    return category if category in "LN" else "O"


def words(text):
    at = 0
    while at < len(text):
        end = next((at + len(e) for e in ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d") if text.startswith(e, at)), None)
        if end is None:
            start = at + (text[at] == " " and at + 1 < len(text) and kind(text[at + 1]) != "S")
            end = start + 1
            while end < len(text) and kind(text[end]) == kind(text[start]):
                end += 1
            if kind(text[start]) == "S" and end < len(text) and end - at > 1:
                end -= 1
        yield text[at:end]
        at = end


def bytes_to_unicode():
    shown = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [b for b in range(256) if b not in shown]
    return {**{b: chr(b) for b in shown}, **{b: chr(256 + i) for i, b in enumerate(hidden)}}


BYTES = bytes_to_unicode()


def symbols(word):
    return [BYTES[b] for b in word.encode()]


def merged(word, pair):
    result, at = [], 0
    while at < len(word):
        both = at + 1 < len(word) and (word[at], word[at + 1]) == pair
        result.append(word[at] + word[at + 1] if both else word[at])
        at += 2 if both else 1
    return result


def learn(count):
    corpus, merges = [symbols(word) for line in LINES for word in words(line)], []
    for _ in range(count):
        pairs = collections.Counter(pair for word in corpus for pair in zip(word, word[1:]))
        best = max(sorted(pairs), key=lambda pair: pairs[pair])
        merges.append(best)
        corpus = [merged(word, best) for word in corpus]
    return merges


def encode(text, vocabulary, ranks):
    ids = []
    for word in words(text):
        parts = symbols(word)
        while True:
            pairs = [pair for pair in zip(parts, parts[1:]) if pair in ranks]
            if not pairs:
                break
            parts = merged(parts, min(pairs, key=ranks.get))
        ids += [vocabulary[part] for part in parts]
    return ids


def main():
    merges = learn(200)
    pieces = list(BYTES.values())
    pieces += [p for p in dict.fromkeys("".join(m) for m in merges) if p not in pieces] + ["<|endoftext|>"]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    ranks = {merge: i for i, merge in enumerate(merges)}
    random.seed(7)
    alphabet = list("aetsdhlmrv'' '  \n\n\t\r.,1²½éß日ая١_$<|>\xa0\u3000\u200b\u0301\x85\x1c\u2028😀Ⅷª")
    alphabet += ["'s", "'ll", " the", "'RE", "  ", "aaaa", "<|endoftext|>", "ing"]
    texts = LINES + ["", " ", "\n", "a" * 60]
    texts += ["".join(random.choices(alphabet, k=random.randrange(1, 25))) for _ in range(400)]
    cases = [[text, list(words(text)), encode(text, vocabulary, ranks)] for text in texts]
    print(json.dumps({"vocab": vocabulary, "merges": [" ".join(m) for m in merges], "cases": cases}))


if __name__ == "__main__":
    main()
