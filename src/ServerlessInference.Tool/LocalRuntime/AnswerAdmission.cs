namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>What the Runtime API says to a function that wants to answer an invocation.</summary>
internal enum AnswerAdmission
{
    /// <summary>It may.</summary>
    Accepted,

    /// <summary>No such invocation is running.</summary>
    InvalidRequestId,

    /// <summary>It has answered already.</summary>
    InvalidStateTransition,

    /// <summary>The invocation's deadline has passed.</summary>
    TimedOut,
}
