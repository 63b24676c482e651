using ServerlessInference.Vision.Detection.Heads;

namespace ServerlessInference.Vision.Detection;

/// <summary>The head of an output with a given shape. Immutable.</summary>
/// <param name="Axis1">The length of the second axis of the output.</param>
/// <param name="Axis2">The length of the third axis of the output.</param>
/// <param name="Head">The head.</param>
/// <param name="Layout">The sizes of the output.</param>
internal sealed record ResolvedHead(long Axis1, long Axis2, HeadDefinition Head, HeadLayout Layout);
