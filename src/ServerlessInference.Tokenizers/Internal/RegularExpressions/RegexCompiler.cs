using static ServerlessInference.Tokenizers.RegularExpressions.RegexInstruction;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>Compiles a parsed regular expression for <see cref="RegexPattern"/>.</summary>
internal sealed class RegexCompiler
{
    private const int MaxInstructions = 20_000;

    private readonly List<RegexInstruction> _code = [];
    private readonly List<CharacterSet> _sets = [];
    private int _registers;
    private int _branches;

    /// <summary>Compiles an expression.</summary>
    /// <exception cref="FormatException">The expression is too large, or looks behind for something of unlimited length.</exception>
    internal static RegexPattern Compile(RegexNode root)
    {
        var compiler = new RegexCompiler();
        compiler.Emit(root);
        compiler.Add(Operation.End, 0);
        return new RegexPattern([.. compiler._code], [.. compiler._sets], compiler._registers, compiler._branches);
    }

    private int Add(Operation code, int first, int second = 0, int branch = 0)
    {
        if (_code.Count == MaxInstructions)
        {
            throw new FormatException($"The regular expression needs more than {MaxInstructions} steps.");
        }

        _code.Add(new RegexInstruction(code, first, second, branch));
        return _code.Count - 1;
    }

    private void Emit(RegexNode node)
    {
        switch (node.Kind)
        {
            case RegexNode.NodeKind.Set when node.Literal >= 0:
                Add(Operation.Literal, node.Literal);
                break;
            case RegexNode.NodeKind.Set:
                Add(Operation.Set, AddSet(node));
                break;
            case RegexNode.NodeKind.Sequence:
                foreach (RegexNode child in node.Children)
                {
                    Emit(child);
                }

                break;
            case RegexNode.NodeKind.Alternation:
                EmitAlternation(node.Children);
                break;
            case RegexNode.NodeKind.Repeat:
                EmitRepeat(node);
                break;
            case RegexNode.NodeKind.Atomic:
                EmitPart(Operation.Atomic, node, 0, 0);
                break;
            case RegexNode.NodeKind.Look:
                EmitLook(node);
                break;
            case RegexNode.NodeKind.Assertion:
                Add(Operation.Assert, (int)node.Assertion);
                break;
        }
    }

    private void EmitAlternation(List<RegexNode> children)
    {
        var jumps = new List<int>();
        for (int i = 0; i < children.Count; i++)
        {
            if (i == children.Count - 1)
            {
                Emit(children[i]);
                break;
            }

            int split = Add(Operation.Split, _code.Count + 1, 0, _branches++);
            Emit(children[i]);
            jumps.Add(Add(Operation.Jump, 0));
            _code[split] = _code[split] with { Second = _code.Count };
        }

        foreach (int jump in jumps)
        {
            _code[jump] = _code[jump] with { First = _code.Count };
        }
    }

    private void EmitRepeat(RegexNode node)
    {
        RegexNode child = node.Children[0];
        for (int i = 0; i < node.Min; i++)
        {
            Emit(child);
        }

        if (node.Max < 0)
        {
            EmitLoop(child, node.IsLazy);
            return;
        }

        var splits = new List<int>();
        for (int i = node.Min; i < node.Max; i++)
        {
            splits.Add(Add(Operation.Split, 0, 0, _branches++));
            Emit(child);
        }

        for (int i = 0; i < splits.Count; i++)
        {
            SetTargets(splits[i], splits[i] + 1, _code.Count, node.IsLazy);
        }
    }

    private void EmitLoop(RegexNode child, bool isLazy)
    {
        if (child.Kind == RegexNode.NodeKind.Set && !isLazy)
        {
            Add(Operation.SetLoop, AddSet(child), 0, _branches++);
            return;
        }

        bool canBeEmpty = child.Measure().Min == 0;
        int register = canBeEmpty ? _registers++ : 0;
        int split = Add(Operation.Split, 0, 0, _branches++);
        if (canBeEmpty)
        {
            Add(Operation.NotePosition, register);
        }

        Emit(child);
        int leave = canBeEmpty ? Add(Operation.LeaveIfEmpty, register) : -1;
        Add(Operation.Jump, split);
        SetTargets(split, split + 1, _code.Count, isLazy);
        if (leave >= 0)
        {
            _code[leave] = _code[leave] with { Second = _code.Count };
        }
    }

    private void SetTargets(int split, int body, int exit, bool isLazy) =>
        _code[split] = _code[split] with { First = isLazy ? exit : body, Second = isLazy ? body : exit };

    private void EmitLook(RegexNode node)
    {
        if (!node.IsBehind)
        {
            EmitPart(node.IsNegative ? Operation.NotAhead : Operation.LookAhead, node, 0, 0);
            return;
        }

        (int min, int max) = node.Children[0].Measure();
        if (max is < 0 or > 255)
        {
            throw new FormatException("A regular expression looks behind for something of unlimited length.");
        }

        EmitPart(node.IsNegative ? Operation.NotBehind : Operation.LookBehind, node, min, max);
    }

    private void EmitPart(Operation code, RegexNode node, int min, int max)
    {
        int start = Add(code, 0);
        Emit(node.Children[0]);
        Add(Operation.End, 0);
        _code[start] = _code[start] with { First = _code.Count, Min = min, Max = max };
    }

    private int AddSet(RegexNode node)
    {
        _sets.Add(node.Set!);
        return _sets.Count - 1;
    }
}
