using Microsoft.Extensions.Options;

namespace ServerlessInference.Vision.Classification.Internal;

/// <summary>Checks single settings; generated, without reflection.</summary>
[OptionsValidator]
internal sealed partial class ImageClassificationOptionsValidator : IValidateOptions<ImageClassificationOptions>;
