using ServerlessInference.Vision.Detection.Internal.Heads;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>The head of an output of one shape.</summary>
/// <param name="Axis1">The length of the output's second axis.</param>
/// <param name="Axis2">The length of the output's third axis.</param>
/// <param name="Decoder">Reads it.</param>
/// <param name="Layout">Its sizes.</param>
internal sealed record ResolvedHead(long Axis1, long Axis2, IDetectionHeadDecoder Decoder, HeadLayout Layout);
