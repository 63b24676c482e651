namespace ServerlessInference.Lambda.Events.Records;

/// <summary>The outcome of one record.</summary>
internal enum RecordState
{
    /// <summary>The time ran out before the record was processed, or an earlier record ended the batch.</summary>
    NotReached,

    /// <summary>The record was answered, and its result was stored.</summary>
    Done,

    /// <summary>The record is invalid; the sink has its error, and it is not redelivered.</summary>
    Skipped,

    /// <summary>The record is invalid, and is reported as failed.</summary>
    Invalid,

    /// <summary>The record failed, and may succeed when it is redelivered.</summary>
    Failed,
}
