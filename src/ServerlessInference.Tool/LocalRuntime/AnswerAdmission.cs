namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>Whether a function may answer an invocation, and if not, why.</summary>
internal enum AnswerAdmission
{
    /// <summary>It may answer.</summary>
    Accepted,

    /// <summary>No such invocation is running.</summary>
    InvalidRequestId,

    /// <summary>It has already answered.</summary>
    InvalidStateTransition,

    /// <summary>The invocation's deadline has passed.</summary>
    TimedOut,
}
