namespace ServerlessInference.Models;

/// <summary>How ONNX Runtime keeps the memory of a run for the next.</summary>
public enum MemoryArena
{
    /// <summary>An arena whose pieces serve one operator after the other. Fit for one request at a time.</summary>
    Small,

    /// <summary>ONNX Runtime's default: the same arena, and for each shape of the inputs one more block with room for all that a run needs.</summary>
    Default,

    /// <summary>None: each run takes memory from the system and gives it back.</summary>
    None,
}
