using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>A record and how far it has been processed.</summary>
internal sealed class RecordStatus(BatchRecord record)
{
    public BatchRecord Record => record;

    public RecordState State { get; set; }

    /// <summary>Gets or sets the model's result, or the error of an invalid input.</summary>
    public InferenceResult? Result { get; set; }

    /// <summary>Gets or sets the exception with which the record failed, if it may succeed when it is redelivered.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Gets or sets the result's JSON.</summary>
    public ReadOnlyMemory<byte> Json { get; set; }

    /// <summary>Gets or sets the input's object in S3, with its version once it was read.</summary>
    public ObjectReference? Item { get; set; } = record.Input.Reference?.Item;

    /// <summary>Gets a value indicating whether the record is finished and need not be redelivered.</summary>
    public bool IsSettled => State is RecordState.Done or RecordState.Skipped;
}
