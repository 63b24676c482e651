namespace ServerlessInference.Sessions;

/// <summary>How far a model is optimised when it is prepared.</summary>
public enum PreparationLevel
{
    /// <summary>All the way, with the layout of the processor at hand: fast, and good for processors of its class only.</summary>
    All,

    /// <summary>As far as no processor matters: good for all, but models with convolutions run slower, some at half the speed.</summary>
    Extended,
}
