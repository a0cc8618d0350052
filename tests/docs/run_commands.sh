#!/usr/bin/env bash
# Runs every `$ prenorm ...` line of README.md and the pages of docs/, and every command in a table of README.md, in
# order, in a folder with tiny versions of the files they name. `demo` and `corpus` need the network and take minutes, so
# only `./dev demo` runs them. `probe --theory` and experiments of papers take minutes too and have their own tests.
#   run_commands.sh PATH_OF_PRENORM ROOT_OF_THE_PROJECT
set -euo pipefail
command=$(readlink -f "$1") root=$(readlink -f "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" && ln -s "$command" "$work/bin/prenorm"
export PATH=$work/bin:$PATH NO_COLOR=1
cd "$work"

# Sentences of numerals, "translated" word by word.
sentences() {
  awk -v seed="$1" -v lines="$2" -v words="$3" 'BEGIN {
    srand(seed); n = split(words, word, " ")
    for (i = 0; i < lines; i++) {
      line = ""; length_ = 2 + int(rand() * 5)
      for (j = 0; j < length_; j++) line = line (j ? " " : "") word[1 + int(rand() * n)]
      print line } }'
}
english="one two three four five six seven eight nine ten" german="eins zwei drei vier fünf sechs sieben acht neun zehn"
for part in "train 1 300" "valid 2 20" "test 3 20"; do
  read -r name seed lines <<<"$part"
  sentences "$seed" "$lines" "$english" >"$name.en"
  sentences "$seed" "$lines" "$german" >"$name.de"
done
cp test.en source.txt
cp test.de output.de
gzip -k output.de
cat >my.toml <<'TOML'
[data]
train_source = "train.en"
train_target = "train.de"
valid_source = "valid.en"
valid_target = "valid.de"
[tokenizer]
vocab_size = 50
[model]
encoder_layers = 1
decoder_layers = 1
d_model = 16
d_ff = 32
[train]
max_steps = 4
[decode]
max_length_ratio = 1
max_length_offset = 2
TOML
# A sentence that starts with an even numeral is labelled "even".
for part in "train 1 60" "dev 2 20"; do
  read -r name seed lines <<<"$part"
  { printf 'sentence\tlabel\n'
    sentences "$seed" "$lines" "$english" |
      awk '{ print $0 "\t" (/^(two|four|six|eight|ten)/ ? "even" : "odd") }'; } >"$name.tsv"
done
gzip -k dev.tsv
sed 's/^train_source.*/train_table = "train.tsv"/; s/^valid_source.*/valid_table = "dev.tsv"/; /^.*_target/d
     1i task = "classification"' my.toml >glue.toml
for part in "train 4 900" "valid 5 200"; do
  read -r name seed lines <<<"$part"
  sentences "$seed" "$lines" "$english" | awk '{ print } NR % 9 == 0 { print "" }' >"$name.txt"
done
language_model() {
  printf 'task = "%s"\n[data]\ntrain_text = "train.txt"\nvalid_text = "valid.txt"\nsequence_length = 16\n[model]\n' "$1"
  sed -n '/^decoder_layers/p; /^encoder_layers/p; /^d_/p; /^\[train\]/,/^max_steps/p' my.toml
  printf '[tokenizer]\n%s\n' "$2"
}
language_model masked_lm 'vocab_size = 60' >bert.toml
language_model causal_lm 'kind = "character"' >gpt.toml
cp my.toml run.toml
prenorm train my.toml --run runs/model --quiet >/dev/null
cp runs/model/vocabulary.model my.model
rm -r runs/model

commands() {
  sed -n 's/^\$ \(.*prenorm .*\)$/\1/p' "$@"
  # shellcheck disable=SC2016  # the backquotes are Markdown's
  sed -n '/^| /s/`\(prenorm [^`]*\)`/\n\1\n/gp' "$root/README.md" | grep '^prenorm '
}
passed=0 failed=0 left_out=0
while IFS= read -r line; do
  case $line in
    *" demo"* | *" corpus "* | *" watch "* | *"--help" | *"--theory"* | *" reproduce all"* | *" reproduce x"* | *COMMAND*)
      left_out=$((left_out + 1)) && continue ;;
    # A second example may use the same run folder again.
    *" train "*" --run "*) [[ $line == *--resume* ]] || rm -rf "${line##*--run }" ;;
  esac
  if [[ $line == *"runs/wide" ]]; then line+=" --set train.max_steps=1"; fi
  if bash -c "set -o pipefail; $line" >out.txt 2>err.txt </dev/null; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$line" && cat err.txt
  fi
done < <(commands "$root"/README.md "$root"/docs/*.md "$root"/docs/papers/*.md)
printf '%d commands of the documents ran, %d failed, %d left out\n' "$passed" "$failed" "$left_out"
((failed == 0 && passed > 10))
