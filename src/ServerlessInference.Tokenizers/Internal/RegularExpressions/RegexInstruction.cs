namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>An instruction of a compiled regular expression.</summary>
/// <param name="Code">What it does.</param>
/// <param name="First">A target, a set, a code point, an assertion or a register.</param>
/// <param name="Second">The second target.</param>
/// <param name="Branch">The number of the branch, for what is remembered to fail.</param>
/// <param name="Min">The least number of characters of a look-behind.</param>
/// <param name="Max">The largest number of characters of a look-behind.</param>
internal readonly record struct RegexInstruction(
    RegexInstruction.Operation Code, int First, int Second = 0, int Branch = 0, int Min = 0, int Max = 0)
{
    /// <summary>The operations.</summary>
    internal enum Operation
    {
        /// <summary>Ends the match, or the part of a look-around or an atomic group.</summary>
        End,

        /// <summary>Matches a code point.</summary>
        Literal,

        /// <summary>Matches a code point of a set.</summary>
        Set,

        /// <summary>Matches as many code points of a set as possible.</summary>
        SetLoop,

        /// <summary>Tries the first target, then the second.</summary>
        Split,

        /// <summary>Continues at the target.</summary>
        Jump,

        /// <summary>Checks a condition on the position.</summary>
        Assert,

        /// <summary>Checks what follows; the part is after the instruction, the first target after the part.</summary>
        LookAhead,

        /// <summary>Checks that something does not follow.</summary>
        NotAhead,

        /// <summary>Checks what precedes.</summary>
        LookBehind,

        /// <summary>Checks that something does not precede.</summary>
        NotBehind,

        /// <summary>Matches the part after the instruction once and for all.</summary>
        Atomic,

        /// <summary>Notes where a round of a loop starts whose body may be empty.</summary>
        NotePosition,

        /// <summary>Leaves a loop whose round has matched nothing.</summary>
        LeaveIfEmpty,
    }
}
