namespace ServerlessInference.Models;

/// <summary>How ONNX Runtime reuses memory from one run to the next.</summary>
public enum MemoryArena
{
    /// <summary>
    /// An arena whose chunks are reused from one operator to the next. Suits a process that serves one request at a time.
    /// </summary>
    Small,

    /// <summary>The default of ONNX Runtime: the same arena, plus one block per input shape that is large enough for a whole run.</summary>
    Default,

    /// <summary>No arena: each run allocates memory from the system and releases it.</summary>
    None,
}
