namespace ServerlessInference.Sessions;

/// <summary>How much a model is optimised when it is prepared.</summary>
public enum PreparationLevel
{
    /// <summary>Fully, with the memory layout of this processor: the fastest, but only for processors of the same class.</summary>
    All,

    /// <summary>Only by optimizations that suit every processor. Models with convolutions run slower, some at half the speed.</summary>
    Extended,
}
