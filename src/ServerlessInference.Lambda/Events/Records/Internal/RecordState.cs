namespace ServerlessInference.Lambda;

/// <summary>What became of a record.</summary>
internal enum RecordState
{
    /// <summary>The time ran out, or an earlier record failed in a way that ends the batch.</summary>
    NotReached,

    /// <summary>Answered, and the answer is safe.</summary>
    Done,

    /// <summary>It can never be answered; the sink has its error, and it need not come again.</summary>
    PassedOver,

    /// <summary>It can never be answered, and somebody has to hear of it.</summary>
    Unusable,

    /// <summary>It failed, and may succeed when it comes again.</summary>
    Failed,
}
