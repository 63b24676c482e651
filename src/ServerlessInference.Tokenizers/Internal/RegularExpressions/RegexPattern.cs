using ServerlessInference.Tokenizers.Unicode;
using static ServerlessInference.Tokenizers.RegularExpressions.RegexInstruction;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>A regular expression, matched as Oniguruma matches it: leftmost, and the first alternative that leads to a match.</summary>
/// <remarks>A backtracking matcher without groups and without reflection; <see cref="MatchScratch"/> keeps its time linear.</remarks>
internal sealed class RegexPattern(RegexInstruction[] code, CharacterSet[] sets, int registers, int branches) : TextPattern
{
    // The kinds of stack entries, above the bits of the instruction.
    private const int Alternative = 0;
    private const int Loop = 1 << 28;
    private const int Marker = 2 << 28;
    private const int Restore = 3 << 28;
    private const int KindMask = 7 << 28;

    internal override bool TryFind(ReadOnlySpan<char> text, int from, MatchScratch scratch, out int start, out int end)
    {
        Span<int> positions = registers <= 16 ? stackalloc int[16] : new int[registers];
        var run = new Run(this, text, from, positions, scratch);
        for (start = from; start <= text.Length; start++)
        {
            end = run.Match(0, start, -1);
            if (end >= 0)
            {
                return true;
            }

            scratch.Count(start, branches, text.Length);
            if (start < text.Length && char.IsHighSurrogate(text[start]))
            {
                start++;
            }
        }

        end = 0;
        return false;
    }

    private ref struct Run(RegexPattern pattern, ReadOnlySpan<char> text, int searchStart, Span<int> positions, MatchScratch scratch)
    {
        private readonly RegexPattern _pattern = pattern;
        private readonly ReadOnlySpan<RegexInstruction> _code = pattern.Code;
        private readonly ReadOnlySpan<char> _text = text;
        private readonly Span<int> _positions = positions;
        private readonly MatchScratch _scratch = scratch;

        /// <summary>Matches from an instruction to the next end.</summary>
        /// <param name="pc">The instruction.</param>
        /// <param name="position">Where in the text.</param>
        /// <param name="requiredEnd">Where the match must end; -1 for anywhere.</param>
        /// <returns>Where the match ends; -1 if there is none.</returns>
        internal readonly int Match(int pc, int position, int requiredEnd)
        {
            int depth = _scratch.Depth;
            while (true)
            {
                if (!Step(ref pc, ref position, requiredEnd, out bool isEnd))
                {
                    if (!Backtrack(depth, ref pc, ref position, requiredEnd < 0))
                    {
                        return -1;
                    }
                }
                else if (isEnd)
                {
                    _scratch.Cut(depth);
                    return position;
                }
            }
        }

        private readonly bool Step(ref int pc, ref int position, int requiredEnd, out bool isEnd)
        {
            ref readonly RegexInstruction instruction = ref _code[pc];
            isEnd = false;
            switch (instruction.Code)
            {
                case Operation.End:
                    isEnd = requiredEnd < 0 || position == requiredEnd;
                    return isEnd;
                case Operation.Literal:
                    return Consume(ref position, instruction.First) && Advance(ref pc);
                case Operation.Set:
                    return Consume(ref position, _pattern.Sets[instruction.First]) && Advance(ref pc);
                case Operation.SetLoop:
                    return EnterLoop(in instruction, ref pc, ref position, requiredEnd < 0);
                case Operation.Split:
                    return EnterSplit(in instruction, ref pc, position, requiredEnd < 0);
                case Operation.Jump:
                    pc = instruction.First;
                    return true;
                case Operation.Assert:
                    return Holds((RegexAssertion)instruction.First, position) && Advance(ref pc);
                case Operation.NotePosition:
                    _scratch.Push(Restore | instruction.First, _positions[instruction.First], 0);
                    _positions[instruction.First] = position;
                    return Advance(ref pc);
                case Operation.LeaveIfEmpty:
                    pc = _positions[instruction.First] == position ? instruction.Second : pc + 1;
                    return true;
                default:
                    return EnterPart(in instruction, ref pc, ref position);
            }
        }

        private static bool Advance(ref int pc)
        {
            pc++;
            return true;
        }

        private readonly bool Consume(ref int position, int literal)
        {
            if (position >= _text.Length || CodePoints.Read(_text, position, out int units) != literal)
            {
                return false;
            }

            position += units;
            return true;
        }

        private readonly bool Consume(ref int position, CharacterSet set)
        {
            if (position >= _text.Length || !set.Contains(CodePoints.Read(_text, position, out int units)))
            {
                return false;
            }

            position += units;
            return true;
        }

        private readonly bool EnterSplit(in RegexInstruction split, ref int pc, int position, bool mayRemember)
        {
            if (mayRemember && _scratch.Remembers)
            {
                if (_scratch.HasFailed(split.Branch, position))
                {
                    return false;
                }

                _scratch.Push(Marker | pc, position, 0);
            }

            _scratch.Push(Alternative | split.Second, position, 0);
            pc = split.First;
            return true;
        }

        private readonly bool EnterLoop(in RegexInstruction loop, ref int pc, ref int position, bool mayRemember)
        {
            CharacterSet set = _pattern.Sets[loop.First];
            bool remembers = mayRemember && _scratch.Remembers;
            int start = position;
            if (remembers && _scratch.HasFailed(loop.Branch, start))
            {
                return false;
            }

            // Where the rest has failed before from inside this very loop, it would fail again for all longer rounds.
            int end = start;
            int limit = int.MaxValue;
            while (Consume(ref end, set))
            {
                if (remembers && _scratch.HasFailed(loop.Branch, end))
                {
                    limit = end;
                    break;
                }
            }

            position = end;
            if (limit == end)
            {
                position -= end - start > 1 && char.IsLowSurrogate(_text[end - 1]) ? 2 : 1;
            }

            _scratch.Push(Loop | pc, start, position);
            pc++;
            return true;
        }

        private readonly bool Backtrack(int depth, ref int pc, ref int position, bool mayRemember)
        {
            while (_scratch.Depth > depth)
            {
                _scratch.Pop(out int first, out int second, out int third);
                int target = first & ~KindMask;
                switch (first & KindMask)
                {
                    case Alternative:
                        _scratch.Count(searchStart, _pattern.Branches, _text.Length);
                        pc = target;
                        position = second;
                        return true;
                    case Restore:
                        _positions[target] = second;
                        break;
                    case Marker:
                        _scratch.SetFailed(_code[target].Branch, second);
                        break;
                    case Loop:
                        // The rest fails after this round and after all longer ones.
                        if (mayRemember && _scratch.Remembers)
                        {
                            _scratch.SetFailed(_code[target].Branch, third);
                        }

                        if (third <= second)
                        {
                            break;
                        }

                        _scratch.Count(searchStart, _pattern.Branches, _text.Length);
                        position = third - (third - second > 1 && char.IsLowSurrogate(_text[third - 1]) ? 2 : 1);
                        _scratch.Push(first, second, position);
                        pc = target + 1;
                        return true;
                }
            }

            return false;
        }

        private readonly bool EnterPart(in RegexInstruction part, ref int pc, ref int position)
        {
            bool isNegative = part.Code is Operation.NotAhead or Operation.NotBehind;
            int end = part.Code is Operation.LookBehind or Operation.NotBehind
                ? MatchBehind(in part, pc + 1, position)
                : Match(pc + 1, position, -1);
            if (end >= 0 == isNegative)
            {
                return false;
            }

            position = part.Code == Operation.Atomic ? end : position;
            pc = part.First;
            return true;
        }

        private readonly int MatchBehind(in RegexInstruction part, int body, int position)
        {
            int start = position;
            for (int length = 0; length <= part.Max; length++)
            {
                if (length >= part.Min && Match(body, start, position) >= 0)
                {
                    return position;
                }

                if (start == 0)
                {
                    break;
                }

                start -= start > 1 && char.IsLowSurrogate(_text[start - 1]) ? 2 : 1;
            }

            return -1;
        }

        private readonly bool Holds(RegexAssertion assertion, int position)
        {
            int length = _text.Length;
            return assertion switch
            {
                RegexAssertion.LineStart => position == 0 || (_text[position - 1] == '\n' && position < length),
                RegexAssertion.LineEnd => position == length || _text[position] == '\n',
                RegexAssertion.TextStart => position == 0,
                RegexAssertion.TextEnd => position == length,
                RegexAssertion.TextEndOrBreak => position == length || (position == length - 1 && _text[position] == '\n'),
                RegexAssertion.SearchStart => position == searchStart,
                RegexAssertion.WordBoundary => IsWordBefore(position) != IsWordAt(position),
                _ => IsWordBefore(position) == IsWordAt(position),
            };
        }

        private readonly bool IsWordAt(int position) =>
            position < _text.Length && GeneralCategories.IsWord(CodePoints.Read(_text, position, out _));

        private readonly bool IsWordBefore(int position)
        {
            if (position == 0)
            {
                return false;
            }

            int start = position - (position > 1 && char.IsLowSurrogate(_text[position - 1]) ? 2 : 1);
            return GeneralCategories.IsWord(CodePoints.Read(_text, start, out _));
        }
    }

    private RegexInstruction[] Code => code;

    private CharacterSet[] Sets => sets;

    private int Branches => branches;
}
