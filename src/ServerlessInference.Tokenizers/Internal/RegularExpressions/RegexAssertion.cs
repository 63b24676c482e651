namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>The conditions on a position.</summary>
internal enum RegexAssertion
{
    /// <summary><c>^</c>: at the start of a line.</summary>
    LineStart,

    /// <summary><c>$</c>: at the end of a line.</summary>
    LineEnd,

    /// <summary><c>\A</c>.</summary>
    TextStart,

    /// <summary><c>\z</c>.</summary>
    TextEnd,

    /// <summary><c>\Z</c>: at the end, or before a final line break.</summary>
    TextEndOrBreak,

    /// <summary><c>\G</c>: where the search started.</summary>
    SearchStart,

    /// <summary><c>\b</c>.</summary>
    WordBoundary,

    /// <summary><c>\B</c>.</summary>
    NoWordBoundary,
}
