namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>One kind of head: how it is recognised, how it is decoded, and the defaults of the tool that it comes from.</summary>
/// <param name="Head">The value of the option that selects it.</param>
/// <param name="Description">Its name and its axes, for messages.</param>
/// <param name="DefaultMinScore">The score that a box must exceed by default.</param>
/// <param name="DefaultIouThreshold">
/// The default overlap up to which boxes are kept; <see langword="null"/> if nothing is suppressed.
/// </param>
/// <param name="Recognizer">Recognises it.</param>
/// <param name="Decoder">Decodes its boxes.</param>
internal sealed record HeadDefinition(
    DetectionHead Head,
    string Description,
    float DefaultMinScore,
    float? DefaultIouThreshold,
    IHeadRecognizer Recognizer,
    IHeadDecoder Decoder);
